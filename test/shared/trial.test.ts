import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { TRIAL_CODE, trialMessage, trialVersion } from '../../shared/trial.ts';

describe('the answer to a trial', () => {
  it('is known again in the words of the API server', () => {
    const told = `admission webhook "evictions.kubectl-zone.dev" denied the request: ${trialMessage('0.1.0-rc.1')}`;
    assert.equal(trialVersion(TRIAL_CODE, told), '0.1.0-rc.1');
  });

  it('is no other refusal', () => {
    assert.equal(trialVersion(429, trialMessage('0.1.0')), undefined);
    assert.equal(trialVersion(TRIAL_CODE, 'somebody else'), undefined);
  });
});
