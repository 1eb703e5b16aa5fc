import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { DrainZoneRow } from '../../../../plugin/drain/decide/snapshot.ts';
import { drainTimeLeft } from '../../../../plugin/drain/decide/time-left.ts';

/** A zone of one node with ten pods. */
function zone(phase: DrainZoneRow['phase'], left = 10): DrainZoneRow {
  const drained = left === 0 ? 'drained' : phase === 'draining' ? 'draining' : 'pending';
  const node = { name: 'n', cordoned: true, pods: 10, left, terminating: 0, phase: drained } as const;
  return { zone: 'z', phase, nodes: [node] };
}

const NOTHING = { finished: [], currentForMs: undefined, soakMs: 0 };

describe('the time left of a drain', () => {
  it('is that of the zones before, for each pod, and the soaks between the others', () => {
    const pace = { finished: [{ pods: 10, tookMs: 100_000 }], currentForMs: 5_000, soakMs: 60_000 };
    const zones = [zone('finished', 0), zone('draining', 4), zone('pending')];
    assert.equal(drainTimeLeft(zones, pace), 14 * 10_000 + 60_000);
  });

  it('is that of the pods that have left, in the first zone', () => {
    const pace = { ...NOTHING, currentForMs: 30_000 };
    assert.equal(drainTimeLeft([zone('draining', 7), zone('pending')], pace), 17 * 10_000);
  });

  it('is not invented where nothing tells it', () => {
    assert.equal(drainTimeLeft([zone('pending')], NOTHING), undefined);
    assert.equal(drainTimeLeft([zone('draining')], { ...NOTHING, currentForMs: 9_000 }), undefined);
    // All have left, and nobody knows when they are back.
    assert.equal(drainTimeLeft([zone('recovering', 0)], { ...NOTHING, currentForMs: 9_000 }), undefined);
    assert.equal(drainTimeLeft([zone('finished', 0)], NOTHING), undefined);
  });
});
