import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readStatefulSet } from '../../../../shared/kube/objects.ts';
import { emptyMemory } from '../../../../shared/rollout/decide/memory.ts';
import type { RolloutDecision } from '../../../../shared/rollout/decide/types.ts';
import { statefulSetWorkload } from '../../../../shared/rollout/decide/workload.ts';
import { Announcer, type DriverView } from '../../../../shared/rollout/drive/announcer.ts';
import type { RolloutEvent } from '../../../../shared/rollout/drive/events.ts';
import { Progress } from '../../../../shared/rollout/drive/progress.ts';
import { NOW_MS, OPTIONS, observation, sixPods } from '../decide/builders.ts';

const SIGHT: DriverView = {
  workload: statefulSetWorkload(
    readStatefulSet({
      metadata: { name: 'ingester', namespace: 'prod', uid: 'set' },
      spec: { replicas: 6, selector: {}, template: { spec: { containers: [{ name: 'main' }] } } },
    }),
  ),
  pods: [],
  orders: { paused: undefined, maxUnavailableBy: undefined, undone: undefined },
  observation: observation(sixPods()),
  memory: emptyMemory('rev-2'),
  options: OPTIONS,
  serverNowMs: NOW_MS,
  monotonicMs: 0,
  nowMs: NOW_MS,
};

const heldBy = (name: string, reason: string): RolloutDecision => ({
  ...{ kind: 'wait', for: 'gate', pods: [], recheckAtMs: undefined },
  reason,
  gate: { name, state: 'closed' },
});

const GOES_ON: RolloutDecision = {
  ...{ kind: 'disrupt', zone: 'zone-a', wave: 1, begins: false, reason: 'goes on' },
  pods: [{ name: 'ingester-3', uid: 'uid-3' }],
  later: [],
  memory: emptyMemory('rev-2'),
};

/** The reasons to wait that are told of these decisions, one after the other. */
function told(...decisions: readonly RolloutDecision[]): string[] {
  const reasons: string[] = [];
  const report = (event: RolloutEvent) => {
    if (event.type === 'waiting') reasons.push(event.reason);
  };
  const announcer = new Announcer({ report, close: async () => {} }, new Progress(0));
  for (const decision of decisions) announcer.decided(SIGHT, decision);
  return reasons;
}

describe('announcer', () => {
  it('tells why a gate holds once, also while the reason counts up', () => {
    const reasons = ['no answer for 15s', 'no answer for 30s', 'no answer for 45s'];
    assert.deepEqual(told(...reasons.map((reason) => heldBy('alarm', reason))), ['no answer for 15s']);
  });

  it('tells that another gate holds', () => {
    assert.deepEqual(told(heldBy('alarm', 'ALARM'), heldBy('freeze', '503')), ['ALARM', '503']);
  });

  it('tells who leaves once, while the time that is left runs', () => {
    const leaving = (pod: string, left: string): RolloutDecision => ({
      ...{ kind: 'wait', for: 'leaving', recheckAtMs: undefined },
      ...{ pods: [pod], reason: `${pod}, ${left} left` },
    });
    assert.deepEqual(told(leaving('a', '40m'), leaving('a', '39m'), leaving('b', '40m')), [
      'a, 40m left',
      'b, 40m left',
    ]);
  });

  it('tells anew that a gate holds which was open in the middle of a wave', () => {
    assert.deepEqual(told(heldBy('alarm', 'ALARM'), GOES_ON, heldBy('alarm', 'ALARM')), ['ALARM', 'ALARM']);
  });
});
