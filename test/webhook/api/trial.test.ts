import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { TRIAL_CODE, TRIAL_LABEL, trialVersion } from '../../../shared/trial.ts';
import { at } from '../../manifests/read.ts';
import { harness, review } from '../helpers/harness.ts';

const LABELS = { [TRIAL_LABEL.key]: TRIAL_LABEL.value };

function trial(dryRun: boolean) {
  const body = structuredClone(review('nobody')) as {
    request: { dryRun?: boolean; object: { metadata?: object } };
  };
  body.request.dryRun = dryRun;
  body.request.object.metadata = { name: 'nobody', labels: LABELS };
  return JSON.stringify(body);
}

describe('a trial eviction', () => {
  it('is answered with the version, and nothing is looked at', async () => {
    const { api, post } = harness();
    const review: unknown = await (await post('/evict', trial(true))).json();
    assert.equal(at(review, 'response', 'allowed'), false);
    const code = Number(at(review, 'response', 'status', 'code'));
    assert.equal(code, TRIAL_CODE);
    assert.equal(trialVersion(code, String(at(review, 'response', 'status', 'message'))), '1.2.3');
    assert.deepEqual(api.requests, []);
  });

  it('passes /bind, so that both configurations are tried', async () => {
    const { api, post } = harness();
    const review: unknown = await (await post('/bind', trial(true))).json();
    assert.equal(at(review, 'response', 'allowed'), true);
    assert.equal(at(review, 'response', 'patch'), undefined);
    assert.deepEqual(api.requests, []);
  });

  it('is an eviction like any other when it is no dry run', async () => {
    const { post } = harness();
    const review: unknown = await (await post('/evict', trial(false))).json();
    assert.equal(at(review, 'response', 'allowed'), true);
  });
});
