import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readPod } from '../../../../shared/kube/objects.ts';
import {
  type Downtimes,
  followDowntimes,
  judgeFailures,
  unreadySinceMs,
} from '../../../../shared/rollout/decide/failures.ts';
import type { ObservedPod } from '../../../../shared/rollout/decide/types.ts';
import { DOWN, observation, pod, updated } from './builders.ts';

const TIMEOUT_MS = 60_000;
const BUDGET = { maxFailed: 0, podTimeoutMs: TIMEOUT_MS };
const NO_PAST = { unreadySinceMs: new Map<string, number>() };

const down = (ordinal: number) => pod(ordinal, 'zone-a', { ...updated(ordinal), ...DOWN });
const ready = (ordinal: number, sinceMs: number) =>
  pod(ordinal, 'zone-a', { ...updated(ordinal), readySinceMs: sinceMs });

const now = (nowMs: number) => ({ nowMs, monotonicMs: nowMs });

/** Looks one after the other, each at its time. */
function looks(...each: readonly [atMs: number, seen: Parameters<typeof observation>][]): Downtimes {
  return each.reduce<Downtimes>(
    (known, [atMs, seen]) => followDowntimes(known, observation(...seen), NO_PAST, now(atMs)),
    new Map(),
  );
}

const failedAt = (nowMs: number, downtimes: Downtimes) => judgeFailures(downtimes, BUDGET, nowMs).failed;

describe('failure budget', () => {
  it('counts a pod of the update revision from its creation', () => {
    const past = { unreadySinceMs: new Map([['new-3', 1_000]]) };
    const downtimes = followDowntimes(new Map(), observation([down(3)]), past, now(5_000));
    assert.deepEqual(judgeFailures(downtimes, BUDGET, 60_999), {
      failed: [],
      exceeded: false,
      recheckAtMs: 61_000,
    });
    assert.deepEqual(judgeFailures(downtimes, BUDGET, 61_000), {
      failed: ['ingester-3'],
      exceeded: true,
      recheckAtMs: undefined,
    });
  });

  it('counts neither more nor less when a clock is set', () => {
    const past = { unreadySinceMs: new Map([['new-3', 1_000]]) };
    for (const setMs of [3_600_000, -3_600_000]) {
      const first = followDowntimes(new Map(), observation([down(3)]), past, {
        nowMs: 5_000,
        monotonicMs: 100_000,
      });
      const later = { nowMs: 6_000 + setMs, monotonicMs: 101_000 };
      const downtimes = followDowntimes(first, observation([down(3)]), past, later);
      assert.deepEqual(failedAt(155_999, downtimes), []);
      assert.deepEqual(failedAt(156_000, downtimes), ['ingester-3']);
    }
  });

  it('is exceeded by more than so many pods', () => {
    const downtimes = looks([0, [[down(0), down(3)]]]);
    const exceeded = (maxFailed: number) =>
      judgeFailures(downtimes, { ...BUDGET, maxFailed }, TIMEOUT_MS).exceeded;
    assert.deepEqual([0, 1, 2].map(exceeded), [true, true, false]);
  });

  it('leaves out stale, surplus and terminating pods', () => {
    const out: readonly Partial<ObservedPod>[] = [{ stale: true }, { surplus: true }, { terminating: true }];
    for (const change of out) {
      const downtimes = looks([0, [[{ ...down(3), ...change }]]]);
      assert.deepEqual(failedAt(TIMEOUT_MS, downtimes), [], JSON.stringify(change));
    }
  });

  it('adds up the times of a pod that flaps, also over its successors', () => {
    const downtimes = looks(
      [0, [[down(3)]]],
      [30_000, [[ready(3, 30_000)]]],
      [90_000, [[down(3)]]],
      [110_000, [[{ ...down(3), terminating: true }]]],
      [200_000, [[{ ...down(3), uid: 'newer-3' }]]],
    );
    assert.deepEqual(failedAt(209_999, downtimes), []);
    assert.deepEqual(failedAt(210_000, downtimes), ['ingester-3']);
  });

  it('does not count what a pod was Ready while nobody could look', () => {
    const downtimes = looks([0, [[down(3)]]], [900_000, [[ready(3, 10_000)]]], [901_000, [[down(3)]]]);
    assert.deepEqual(failedAt(950_999, downtimes), []);
    assert.deepEqual(failedAt(951_000, downtimes), ['ingester-3']);
  });

  it('counts a missing pod from when it was seen missing', () => {
    const downtimes = looks([5_000, [[], { replicas: 1, missing: ['ingester-0'] }]]);
    assert.deepEqual(failedAt(64_999, downtimes), []);
    assert.deepEqual(failedAt(65_000, downtimes), ['ingester-0']);
  });

  it('counts no missing pod that an OrderedReady controller makes later', () => {
    const change = { replicas: 3, orderedReady: true, missing: ['ingester-1', 'ingester-2'] };
    const downtimes = looks([0, [[down(0)], change]]);
    assert.deepEqual(failedAt(TIMEOUT_MS, downtimes), ['ingester-0']);
  });

  it('begins anew with a newer revision', () => {
    const downtimes = looks(
      [0, [[down(3)]]],
      [50_000, [[{ ...down(3), stale: true }]]],
      [51_000, [[down(3)]]],
    );
    assert.deepEqual(failedAt(TIMEOUT_MS, downtimes), []);
  });

  it('waits until the controller has observed the template', () => {
    const downtimes = looks([0, [[down(3)], { revisionObserved: false }]]);
    assert.equal(downtimes.size, 0);
  });

  it('knows since when a pod is unready: its condition, else its creation', () => {
    const metadata = { name: 'db-0', creationTimestamp: '2026-01-01T00:00:00Z' };
    const lost = (status: string) =>
      readPod({
        metadata,
        status: { conditions: [{ type: 'Ready', status, lastTransitionTime: '2026-01-02T00:00:00Z' }] },
      });
    assert.equal(unreadySinceMs(readPod({ metadata })), Date.UTC(2026, 0, 1));
    assert.equal(unreadySinceMs(lost('False')), Date.UTC(2026, 0, 2));
  });
});
