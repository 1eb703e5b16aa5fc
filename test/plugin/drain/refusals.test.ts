import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import type { DrainObservation } from '../../../plugin/drain/decide/types.ts';
import { Refusals } from '../../../plugin/drain/refusals.ts';
import { drainPod, drainWorkload, observationOf } from './builders.ts';

const pod = drainPod({
  name: 'ingester-0',
  node: 'node-1',
  zoneBudgets: ['cortex/z'],
  podBudgets: ['cortex/p'],
});
const down = (problem: string) => ({ name: 'ingester-1', zone: 'a', problem, unschedulable: undefined });
const budgets = (disruptionsAllowed: number, maxUnavailable = 1): Partial<DrainObservation> => ({
  podBudgets: new Map([['cortex/p', { disruptionsAllowed, unreadyMayGo: false }]]),
  zoneBudgets: new Map([
    ['cortex/z', { view: { zones: [], reservations: [], maxUnavailable }, policy: 'AlwaysAllow' }],
  ]),
});
const seen = (more: Partial<DrainObservation> = {}) =>
  observationOf({
    pods: [pod],
    workloads: [drainWorkload({ down: [down('starting')] })],
    ...budgets(1),
    ...more,
  });

describe('refused removals', () => {
  let refusals: Refusals;

  beforeEach(() => {
    refusals = new Refusals();
    refusals.asking([pod], seen());
    refusals.refuse(pod.uid, 'no', 1_000);
  });
  const liftedBy = (observation: DrainObservation, nowMs = 1_000) => {
    const { lifted } = refusals.review(observation, nowMs);
    return lifted.length > 0;
  };

  it('stand while nothing changes that concerns the pod', () => {
    assert.equal(liftedBy(seen({ nodes: [{ name: 'node-9', zone: 'a', cordoned: true }] })), false);
    assert.equal(refusals.reasonFor(pod.uid), 'no');
  });

  it('are lifted by a change of a PodDisruptionBudget', () => {
    assert.equal(liftedBy(seen(budgets(2))), true);
    assert.equal(refusals.reasonFor(pod.uid), undefined);
  });

  it('are lifted by a change of a ZoneDisruptionBudget', () => {
    assert.equal(liftedBy(seen(budgets(1, 2))), true);
  });

  it('are lifted when a pod of the workload is back, or gone', () => {
    assert.equal(liftedBy(seen({ workloads: [drainWorkload({ down: [down('missing')] })] })), true);
    refusals.refuse(pod.uid, 'no', 1_000);
    assert.equal(liftedBy(seen({ workloads: [drainWorkload()] }), 2_000), true);
  });

  it('are lifted when the pod itself is not available any more', () => {
    assert.equal(liftedBy(seen({ pods: [{ ...pod, available: false }] })), true);
  });

  it('stand for a growing while when one follows the other', () => {
    const pauses = [1, 2, 3, 4, 5, 6, 7, 8].map(() => {
      const { againAtMs } = refusals.review(seen(budgets(2)), 1_000);
      refusals.refuse(pod.uid, 'no', 1_000);
      return (againAtMs ?? 1_000) - 1_000;
    });
    assert.deepEqual(pauses, [0, 100, 200, 400, 800, 1_600, 2_000, 2_000]);
    assert.equal(liftedBy(seen(budgets(2)), 2_999), false);
    assert.equal(liftedBy(seen(budgets(2)), 3_000), true);
  });

  it('are forgotten with the pod', () => {
    refusals.review(observationOf({}), 1_000);
    assert.equal(refusals.reasonFor(pod.uid), undefined);
  });
});
