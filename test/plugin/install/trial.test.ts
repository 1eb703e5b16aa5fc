import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { forTrials, isForTrials, tryEviction } from '../../../plugin/install/apply/trial.ts';
import type { Manifest } from '../../../plugin/install/manifests/manifest.ts';
import { shippedManifests } from '../../../plugin/install/manifests/shipped.ts';
import { ApiError, ConnectionError, type Kube, type KubeRequest } from '../../../shared/kube/kube.ts';
import { TRIAL_CODE, TRIAL_LABEL, trialMessage } from '../../../shared/trial.ts';
import { fakeKube } from '../../helpers/fake-kube.ts';
import { at } from '../../manifests/read.ts';

function answering(answer: Error, seen: KubeRequest[] = []): Kube {
  return {
    ...fakeKube(),
    async request(request) {
      seen.push(request);
      throw answer;
    },
  };
}

const refusal = (code: number, message: string) => answering(new ApiError({ code, reason: '', message }));

describe('a trial', () => {
  it('is a dry run with the label, requested only once', async () => {
    const seen: KubeRequest[] = [];
    const answer = new ApiError({ code: TRIAL_CODE, reason: '', message: trialMessage('0.3.0') });
    assert.deepEqual(await tryEviction(answering(answer, seen)), { kind: 'answered', version: '0.3.0' });
    const [request] = seen;
    assert.deepEqual([request?.query?.dryRun, request?.retry], ['All', 'never']);
    assert.deepEqual(at(request?.body, 'deleteOptions', 'dryRun'), ['All']);
    assert.deepEqual(at(request?.body, 'metadata', 'labels'), { [TRIAL_LABEL.key]: TRIAL_LABEL.value });
  });

  it('distinguishes a failure of our webhook from refusals by others', async () => {
    const kindOf = async (kube: Kube) => (await tryEviction(kube)).kind;
    assert.equal(await kindOf(refusal(404, 'pods "kubectl-zone-trial" not found')), 'unguarded');
    assert.equal(
      await kindOf(refusal(500, 'failed calling webhook "evictions.kubectl-zone.dev": EOF')),
      'failed',
    );
    assert.equal(await kindOf(refusal(500, 'failed calling webhook "other.example.com": EOF')), 'unknown');
    assert.equal(await kindOf(refusal(403, 'pods/eviction is forbidden')), 'unknown');
    await assert.rejects(tryEviction(answering(new ConnectionError('no route'))), ConnectionError);
  });

  it('is all that a configuration for trials covers', async () => {
    const shipped = (await shippedManifests()).filter(({ kind }) => kind.endsWith('WebhookConfiguration'));
    assert.equal(shipped.length, 2);
    for (const each of shipped) {
      assert.equal(isForTrials(each), false);
      const narrowed: Manifest = forTrials(each);
      assert.equal(isForTrials(narrowed), true);
      assert.deepEqual(at(narrowed, 'webhooks', 0, 'objectSelector', 'matchLabels'), {
        [TRIAL_LABEL.key]: TRIAL_LABEL.value,
      });
      assert.deepEqual(at(narrowed, 'webhooks', 0, 'rules'), at(each, 'webhooks', 0, 'rules'));
    }
  });
});
