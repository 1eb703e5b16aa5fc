import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { restartEstimate } from '../../../../shared/rollout/decide/estimate.ts';

describe('how long pods will take to be replaced', () => {
  it('is as uneven as the times seen, so that a wave waits for its slowest pod', () => {
    const restartMs = restartEstimate([], [3_000, 3_000, 9_000]);
    const wave = ['ingester-4', 'ingester-3', 'ingester-2', 'ingester-1'].map((name) => restartMs({ name }));
    assert.equal(Math.max(...wave), 9_000);
    assert.equal(Math.min(...wave), 3_000);
  });

  it('is a guess while nothing has been seen and no pod tells', () => {
    assert.equal(restartEstimate([], [1_000])({ name: 'ingester-0' }), 60_000);
  });
});
