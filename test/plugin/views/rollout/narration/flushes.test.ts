import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { flushesSeen } from '../../../../../plugin/views/rollout/narration/flushes.ts';
import { NO_MEMORY } from '../../../../../plugin/views/rollout/narration/memory.ts';
import { narrate } from '../../../../../plugin/views/rollout/narration/narrate.ts';
import type { PodCell } from '../../../../../shared/rollout/decide/snapshot.ts';
import { snapshotOf, zoneRow } from '../../fixtures/snapshots.ts';

const MINUTE_MS = 60_000;
const GRACE_MS = 40 * MINUTE_MS;

function ending(name: string, forMs: number): PodCell {
  const termination = { forMs, graceLeftMs: GRACE_MS - forMs };
  return { name, state: 'replacing', detail: 'terminating', termination };
}

/** What is reported of these looks, one after the other; each is the pods' times so far. */
function toldOf(...looks: readonly PodCell[][]): string[] {
  let reported: ReadonlyMap<string, number> = new Map();
  return looks.flatMap((cells) => {
    const [next, sentences] = flushesSeen(reported, 0, snapshotOf([zoneRow('zone-a', cells)]));
    reported = next;
    return sentences.map(({ text }) => text);
  });
}

describe('pods that take long to end', () => {
  it('are reported after a minute and every five minutes, however often they are looked at', () => {
    const times = [0, 30_000, 60_000, 61_000, 299_000, 300_000, 301_000, 605_000];
    assert.deepEqual(toldOf(...times.map((forMs) => [ending('ingester-3', forMs)])), [
      'ingester-3 terminating for 1m 00s, 39m 00s left of the grace period',
      'ingester-3 terminating for 5m 00s, 35m 00s left of the grace period',
      'ingester-3 terminating for 10m 05s, 29m 55s left of the grace period',
    ]);
  });

  it('are reported together, with the one that has the least time left', () => {
    const cells = [5, 4, 3, 2].map((minutes) => ending(`ingester-${minutes}`, minutes * MINUTE_MS));
    assert.deepEqual(toldOf(cells), [
      'ingester-5, ingester-4 and 2 more terminating for up to 5m 00s, 35m 00s left of the grace period',
    ]);
  });

  it('say when their grace period is over', () => {
    assert.deepEqual(toldOf([ending('ingester-3', GRACE_MS + MINUTE_MS)]), [
      'ingester-3 terminating for 41m 00s, grace period over for 1m 00s',
    ]);
  });

  it('are reported anew for the next pod of the same name', () => {
    const again = [ending('ingester-3', MINUTE_MS)];
    assert.equal(toldOf(again, [], again).length, 2);
  });
});

describe('a pod that was killed', () => {
  const kill = (pod: string, holds: boolean) =>
    ({ atMs: 0, type: 'pod-killed', pod, zone: 'zone-a', how: 'was killed', holds }) as const;

  it('is reported once where it holds nothing, since many applications end like that', () => {
    const [memory, first] = narrate(NO_MEMORY, kill('ingester-3', false));
    assert.deepEqual(
      first.map(({ text }) => text),
      ['ingester-3 was killed; with --flush this would stop the rollout'],
    );
    assert.deepEqual(narrate(memory, kill('ingester-2', false))[1], []);
  });

  it('is left to the reason to stop where it holds', () => {
    assert.deepEqual(narrate(NO_MEMORY, kill('ingester-3', true))[1], []);
  });
});
