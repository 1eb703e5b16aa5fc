import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readPod } from '../../../../shared/kube/objects.ts';
import { decide } from '../../../../shared/rollout/decide/decide.ts';
import {
  describeTermination,
  leavingPods,
  terminationOf,
} from '../../../../shared/rollout/decide/leaving.ts';
import type { ObservedPod, RolloutOptions } from '../../../../shared/rollout/decide/types.ts';
import { DOWN, input, NOW_MS, OPTIONS, observation, pod, sixPods, updated } from './builders.ts';

const MINUTE_MS = 60_000;
const AT_ONCE: RolloutOptions = { ...OPTIONS, exponentialFactor: 0, maxLeaving: 1, flush: true };
/** Deleted twelve minutes ago, with a grace period of forty. */
const FLUSHING = {
  terminating: true,
  termination: { sinceMs: NOW_MS - 12 * MINUTE_MS, graceEndsAtMs: NOW_MS + 28 * MINUTE_MS },
} as const;

const decided = (pods: readonly ObservedPod[], options = AT_ONCE) =>
  decide(input(observation(pods), { options }));

describe('at most so many pods leave (R9)', () => {
  it('takes as many of a wave as may leave, and names the others', () => {
    const decision = decided(sixPods());
    assert.equal(decision.kind, 'disrupt');
    if (decision.kind !== 'disrupt') return;
    assert.deepEqual(
      decision.pods.map(({ name }) => name),
      ['ingester-3'],
    );
    assert.deepEqual(decision.later, ['ingester-0']);
    assert.deepEqual(
      decision.memory.inFlight.map(({ name }) => name),
      ['ingester-3', 'ingester-0'],
      'both are of the wave',
    );
  });

  it('goes on with the wave as soon as a pod has flushed, while its successor still starts', () => {
    const before = input(observation(sixPods()), { options: AT_ONCE });
    const first = decide(before);
    assert.equal(first.kind, 'disrupt');
    if (first.kind !== 'disrupt') return;
    const at = (change: Partial<ObservedPod>) =>
      decide(
        input(observation(sixPods((ordinal) => (ordinal === 3 ? change : {}))), {
          options: AT_ONCE,
          memory: first.memory,
        }),
      );
    const flushing = at(FLUSHING);
    assert.deepEqual(
      [flushing.kind, flushing.kind === 'wait' && flushing.for, flushing.reason],
      [
        'wait',
        'leaving',
        '1 pod is terminating, --max-leaving is 1: ingester-3 (terminating for 12m 00s, 28m 00s of its grace period left)',
      ],
    );
    const started = at({ ...updated(3), ...DOWN });
    assert.deepEqual(started.kind === 'disrupt' && [started.begins, started.pods], [
      false,
      [{ name: 'ingester-0', uid: 'uid-0' }],
    ]);
  });

  it('counts a pod that is beyond the replicas, and one whose eviction was sent', () => {
    const surplus = [...sixPods(), pod(6, 'zone-a', { ...FLUSHING, surplus: true })];
    assert.deepEqual(leavingPods(observation(surplus)), ['ingester-6']);
    const asked = sixPods((ordinal) => (ordinal === 2 ? { asked: 'sent' } : {}));
    assert.deepEqual(leavingPods(observation(asked)), ['ingester-2']);
  });

  it('asks again for a pod whose eviction was not answered only where it may leave', () => {
    const first = decided(sixPods());
    assert.equal(first.kind, 'disrupt');
    if (first.kind !== 'disrupt') return;
    const unanswered = (ordinal: number): Partial<ObservedPod> =>
      ordinal === 3 ? FLUSHING : ordinal === 0 ? { asked: 'unanswered' } : {};
    const again = (maxLeaving: number) =>
      decide(
        input(observation(sixPods(unanswered)), {
          options: { ...AT_ONCE, maxLeaving },
          memory: first.memory,
        }),
      );
    const alone = again(1);
    assert.deepEqual([alone.kind, alone.kind === 'wait' && alone.for], ['wait', 'leaving']);
    const both = again(2);
    assert.deepEqual(both.kind === 'disrupt' && both.pods.map(({ name }) => name), ['ingester-0']);
  });

  it('replaces broken pods one at a time, too', () => {
    const broken = (ordinal: number) => (ordinal % 3 === 0 ? DOWN : {});
    const decision = decided(sixPods(broken));
    assert.deepEqual(decision.kind === 'disrupt' && [decision.wave, decision.pods, decision.later], [
      0,
      [{ name: 'ingester-3', uid: 'uid-3' }],
      ['ingester-0'],
    ]);
    const terminating = sixPods((ordinal) => (ordinal === 3 ? { ...DOWN, ...FLUSHING } : broken(ordinal)));
    const next = decided(terminating);
    assert.equal(next.kind === 'wait' && next.for, 'leaving', 'it is not known to hold nothing');
  });

  it('knows no limit unless told, and says how long a pod has been terminating all the same', () => {
    const pods = sixPods((ordinal) => (ordinal === 2 ? FLUSHING : {}));
    const decision = decided(pods, OPTIONS);
    assert.equal(
      decision.reason,
      'waiting for zone-c: ingester-2 (terminating for 12m 00s, 28m 00s of its grace period left)',
    );
  });
});

describe('a graceful deletion', () => {
  const metadata = { name: 'ingester-0', namespace: 'prod', uid: 'u', resourceVersion: '1' };
  const deleted = (deletionTimestamp: string, deletionGracePeriodSeconds: number) =>
    terminationOf(
      readPod({
        metadata: { ...metadata, deletionTimestamp, deletionGracePeriodSeconds },
        spec: { containers: [] },
        status: {},
      }),
    );

  it('began a grace period before its timestamp, also when that was shortened', () => {
    const sinceMs = Date.parse('2026-01-01T10:00:00Z');
    assert.equal(deleted('2026-01-01T10:40:00Z', 2400)?.sinceMs, sinceMs);
    assert.equal(deleted('2026-01-01T10:00:30Z', 30)?.sinceMs, sinceMs);
  });

  it('is told with what is left of it, or since when it is over', () => {
    const termination = { sinceMs: 0, graceEndsAtMs: 40 * MINUTE_MS };
    const told = (minutes: number) => describeTermination(termination, minutes * MINUTE_MS);
    assert.equal(told(39), 'terminating for 39m 00s, 1m 00s of its grace period left');
    assert.equal(told(41), 'terminating for 41m 00s, its grace period has been over for 1m 00s');
    const ended = describeTermination({ sinceMs: 0, graceEndsAtMs: 0 }, MINUTE_MS);
    assert.equal(ended, 'terminating for 1m 00s, without a grace period', 'only a finalizer holds it');
    assert.equal(describeTermination(undefined, 0), 'terminating');
  });
});
