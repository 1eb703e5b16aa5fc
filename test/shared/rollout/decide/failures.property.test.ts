import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  type Downtimes,
  followDowntimes,
  judgeFailures,
} from '../../../../shared/rollout/decide/failures.ts';
import type { Observation, ObservedPod } from '../../../../shared/rollout/decide/types.ts';
import fc from '../../../helpers/seed.ts';
import { DOWN, observation, pod } from './builders.ts';

/** What is seen of one pod in one look. */
type State = 'ready' | 'unready' | 'missing' | 'terminating' | 'stale';

/** States of three pods that last for a time. */
interface Spell {
  states: readonly State[];
  lastsMs: number;
}

const PODS = 3;
const stateArbitrary = fc.constantFrom<State>('ready', 'unready', 'missing', 'terminating', 'stale');
const historyArbitrary = fc.array(
  fc.record({
    states: fc.array(stateArbitrary, { minLength: PODS, maxLength: PODS }),
    lastsMs: fc.integer({ min: 1, max: 50 }),
  }),
  { minLength: 1, maxLength: 12 },
);
const budgetArbitrary = fc.record({
  maxFailed: fc.integer({ min: 0, max: PODS }),
  podTimeoutMs: fc.integer({ min: 1, max: 120 }),
});

const nameOf = (ordinal: number) => `ingester-${ordinal}`;

function observed(states: readonly State[], nowMs: number): Observation {
  const pods = states.flatMap((state, ordinal): ObservedPod[] => {
    if (state === 'missing') return [];
    const change = {
      ready: { stale: false, readySinceMs: nowMs },
      unready: { stale: false, ...DOWN },
      terminating: { stale: false, terminating: true, ...DOWN },
      stale: { stale: true, ...DOWN },
    }[state];
    return [pod(ordinal, 'zone-a', change)];
  });
  const missing = states.flatMap((state, ordinal) => (state === 'missing' ? [nameOf(ordinal)] : []));
  return observation(pods, { replicas: states.length, missing });
}

/** Looks `times` at each spell, and hands over the downtimes of each look. */
function follow(history: readonly Spell[], times: number): { downtimes: Downtimes; endMs: number } {
  let downtimes: Downtimes = new Map();
  let atMs = 0;
  for (const { states, lastsMs } of history) {
    const seen = observed(states, atMs);
    for (let look = 0; look < times; look += 1) {
      const nowMs = atMs + Math.floor((lastsMs * look) / times);
      downtimes = followDowntimes(
        downtimes,
        seen,
        { unreadySinceMs: new Map() },
        { nowMs, monotonicMs: nowMs },
      );
    }
    atMs += lastsMs;
  }
  return { downtimes, endMs: atMs };
}

/** By the rule's words: not Ready now, and for as long as the time-out since it last was stale. */
function expected(history: readonly Spell[], podTimeoutMs: number): string[] {
  return Array.from({ length: PODS }, (_, ordinal) => ordinal)
    .filter((ordinal) => {
      const spells = history.map(({ states, lastsMs }) => ({ state: states[ordinal], lastsMs }));
      const ours = spells.slice(spells.findLastIndex(({ state }) => state === 'stale') + 1);
      const isDown = (state: State | undefined) => state === 'unready' || state === 'missing';
      const downMs = ours.reduce((sum, { state, lastsMs }) => sum + (isDown(state) ? lastsMs : 0), 0);
      return isDown(ours.at(-1)?.state) && downMs >= podTimeoutMs;
    })
    .map(nameOf);
}

describe('failure budget, for every history', () => {
  it('names the pods that were not Ready for so long, and is exceeded by more than so many', () => {
    fc.assert(
      fc.property(historyArbitrary, budgetArbitrary, (history, budget) => {
        const { downtimes, endMs } = follow(history, 1);
        const { failed, exceeded } = judgeFailures(downtimes, budget, endMs);
        const names = expected(history, budget.podTimeoutMs);
        assert.deepEqual([...failed].sort(), names);
        assert.equal(exceeded, names.length > budget.maxFailed);
      }),
    );
  });

  it('does not depend on how often one looks', () => {
    fc.assert(
      fc.property(historyArbitrary, fc.integer({ min: 2, max: 5 }), (history, times) => {
        assert.deepEqual(follow(history, times), follow(history, 1));
      }),
    );
  });

  it('says when to look again: not a moment too late, and in vain never', () => {
    fc.assert(
      fc.property(historyArbitrary, budgetArbitrary, (history, budget) => {
        const { downtimes, endMs } = follow(history, 1);
        const now = judgeFailures(downtimes, budget, endMs);
        const { recheckAtMs } = now;
        const until = recheckAtMs ?? endMs + 10 * budget.podTimeoutMs;
        assert.deepEqual(judgeFailures(downtimes, budget, until - 1).failed, now.failed);
        if (recheckAtMs === undefined) return;
        assert.ok(recheckAtMs > endMs);
        assert.ok(judgeFailures(downtimes, budget, recheckAtMs).failed.length > now.failed.length);
      }),
    );
  });
});
