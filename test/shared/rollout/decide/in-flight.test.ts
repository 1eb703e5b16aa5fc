import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decide } from '../../../../shared/rollout/decide/decide.ts';
import { emptyMemory, forSuccessors, remember } from '../../../../shared/rollout/decide/memory.ts';
import type { ObservedPod, RolloutMemory, RolloutOptions } from '../../../../shared/rollout/decide/types.ts';
import { at, DOWN, input, NOW_MS, OPTIONS, observation, pod, sixPods, updated } from './builders.ts';

/** In the middle of zone-b; zone-a is on the revision before the newest. */
const IN_ZONE_B: RolloutMemory = {
  ...emptyMemory('rev-1'),
  waves: 3,
  zone: 'zone-b',
  inFlight: [
    { name: 'ingester-4', uid: 'uid-4', counted: true },
    { name: 'ingester-1', uid: 'uid-1', counted: true },
  ],
};
const asked = (how: ObservedPod['asked'], change: Partial<ObservedPod> = {}) =>
  sixPods((ordinal) => (ordinal === 4 ? { asked: how, ...change } : {}));
const decided = (pods: readonly ObservedPod[], options: Partial<RolloutOptions> = {}) =>
  decide(input(observation(pods), { memory: IN_ZONE_B, options: { ...OPTIONS, ...options } }));

describe('an eviction whose end is not known (R10)', () => {
  it('keeps other zones from being touched, also after the template has changed', () => {
    const decision = decided(asked('sent'));
    assert.equal(decision.kind, 'wait');
    assert.equal(decision.reason, 'waiting for zone-b: ingester-4 (being evicted)');
  });

  it('is sent again when its answer was lost, and takes none beyond it', () => {
    const decision = decided(asked('unanswered'));
    assert.ok(decision.kind === 'disrupt');
    assert.deepEqual([decision.zone, decision.pods], ['zone-b', [{ name: 'ingester-4', uid: 'uid-4' }]]);
  });

  it('is not sent again for a pod that is right by now, whose end is waited for', () => {
    const right = sixPods((ordinal) => ({ stale: false, ...(ordinal === 4 ? { asked: 'unanswered' } : {}) }));
    const decision = decided(right);
    assert.equal(decision.kind, 'wait');
    assert.equal(
      decision.reason,
      'waiting for the last pods zone-b: ingester-4 (its eviction got no answer and may still be carried out)',
    );
  });

  it('is not sent again beyond maxUnavailable', () => {
    const pods = sixPods((ordinal) => (ordinal % 3 === 1 ? { asked: 'unanswered' } : {}));
    const decision = decided(pods, { maxUnavailable: { kind: 'count', count: 1 } });
    assert.ok(decision.kind === 'disrupt');
    assert.deepEqual(
      decision.pods.map(({ name }) => name),
      ['ingester-4'],
    );
  });

  it('is known to the next process, whatever plan it was for', () => {
    const seen = observation(asked('unanswered'));
    const memory = remember(IN_ZONE_B, seen, OPTIONS, at(NOW_MS));
    assert.deepEqual(memory.inFlight, [], 'nobody plans to remove them any more');
    assert.deepEqual(forSuccessors(memory, seen).inFlight, [
      { name: 'ingester-4', uid: 'uid-4', counted: false },
    ]);
  });
});

describe('a pod on an old revision that never had a node (R12)', () => {
  const PENDING = { node: undefined, zone: undefined, unscheduled: true, readySinceMs: undefined } as const;

  it('is replaced, whatever else is down, and disrupts no zone', () => {
    const pods = sixPods((ordinal) =>
      ordinal < 3 ? { ...PENDING, problem: 'Unschedulable: no room' } : DOWN,
    );
    const decision = decide(input(observation(pods)));
    assert.ok(decision.kind === 'disrupt');
    assert.deepEqual(
      [decision.zone, decision.wave, decision.memory.zone, decision.memory.waves],
      ['unknown zone', 0, undefined, 0],
    );
    assert.deepEqual(
      decision.pods.map(({ name }) => name),
      ['ingester-2', 'ingester-1', 'ingester-0'],
    );
    assert.match(
      decision.reason,
      /^3 pods on an old revision were never scheduled: ingester-2 \(Unschedulable: no room\)/,
    );
  });

  it('waits for a gate as everything does', () => {
    const gates = [{ name: 'the operator', state: 'closed', reason: 'paused' } as const];
    const decision = decide(input(observation([pod(0, undefined, PENDING)]), { gates }));
    assert.equal(decision.kind, 'wait');
  });

  it('is left alone when it is on the update revision', () => {
    const decision = decide(
      input(observation([pod(0, undefined, { ...PENDING, ...updated(0), ...PENDING })])),
    );
    assert.equal(decision.kind, 'wait');
  });

  it('is none of a wave any more once it serves', () => {
    const pods = sixPods((ordinal) => (ordinal === 0 ? { ...PENDING } : {}));
    const first = decide(input(observation(pods)));
    assert.ok(first.kind === 'disrupt');
    const served = remember(first.memory, observation(sixPods()), OPTIONS, at(NOW_MS));
    assert.deepEqual(served.inFlight, []);
  });
});
