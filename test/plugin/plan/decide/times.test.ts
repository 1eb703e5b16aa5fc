import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { flushTime, startTime } from '../../../../plugin/plan/decide/times.ts';
import { type Pod, readPod } from '../../../../shared/kube/objects.ts';

const NOON_MS = Date.parse('2026-01-01T12:00:00Z');
const iso = (atMs: number) => new Date(atMs).toISOString();

function podOf(
  name: string,
  change: { startupMs?: number; terminatingMs?: number; graceSeconds?: number } = {},
): Pod {
  const { startupMs, terminatingMs, graceSeconds = 2400 } = change;
  return readPod({
    metadata: {
      name,
      creationTimestamp: iso(NOON_MS - 3_600_000),
      ...(terminatingMs !== undefined && {
        deletionTimestamp: iso(NOON_MS - terminatingMs + graceSeconds * 1000),
        deletionGracePeriodSeconds: graceSeconds,
      }),
    },
    spec: { terminationGracePeriodSeconds: graceSeconds },
    status: {
      phase: 'Running',
      conditions:
        startupMs === undefined
          ? []
          : [
              {
                type: 'Ready',
                status: 'True',
                lastTransitionTime: iso(NOON_MS - 3_600_000 + startupMs),
              },
            ],
    },
  });
}

describe('the start-up time', () => {
  it('is observed per pod, or the median for a pod without an observation', () => {
    const pods = [
      podOf('a', { startupMs: 2000 }),
      podOf('b', { startupMs: 5000 }),
      podOf('c', { startupMs: 90_000 }),
    ];
    const { of, ...time } = startTime(undefined, [...pods, podOf('d')]);
    assert.deepEqual(time, { source: 'observed', typicalMs: 5000, pods: 3 });
    assert.deepEqual(
      ['a', 'b', 'c', 'd'].map((name) => of({ name })),
      [2000, 5000, 90_000, 5000],
    );
  });

  it('is the given one if there is one, and assumed if none is observed', () => {
    const given = startTime(7000, [podOf('a', { startupMs: 2000 })]);
    assert.deepEqual([given.source, given.of({ name: 'a' })], ['given', 7000]);
    const assumed = startTime(undefined, [podOf('a')]);
    assert.deepEqual([assumed.source, assumed.of({ name: 'a' })], ['assumed', 60_000]);
  });
});

describe('the flush time', () => {
  it('is at most the longest grace period', () => {
    assert.deepEqual(flushTime(undefined, [podOf('a'), podOf('b', { graceSeconds: 30 })], NOON_MS), {
      source: 'grace-period',
      bound: 'at-most',
      ms: 2_400_000,
      graceMs: 2_400_000,
      pod: undefined,
    });
    assert.equal(flushTime(undefined, [], NOON_MS).ms, 0);
  });

  it('is at least the time of the pod that has been terminating the longest', () => {
    const pods = [
      podOf('a'),
      podOf('b', { terminatingMs: 90_000 }),
      podOf('c', { terminatingMs: 600_000 }),
      podOf('d', { terminatingMs: 1000 }),
    ];
    const { source, bound, ms, graceMs, pod } = flushTime(undefined, pods, NOON_MS);
    assert.deepEqual([source, bound, ms, graceMs, pod], ['terminating', 'at-least', 600_000, 2_400_000, 'c']);
  });

  it('is exactly the given one', () => {
    const { source, bound, ms, graceMs } = flushTime(1000, [podOf('a', { terminatingMs: 1 })], NOON_MS);
    assert.deepEqual([source, bound, ms, graceMs], ['given', 'exact', 1000, 2_400_000]);
  });

  it('is not negative when the clocks disagree', () => {
    assert.equal(flushTime(undefined, [podOf('a', { terminatingMs: -5000 })], NOON_MS).ms, 0);
  });
});
