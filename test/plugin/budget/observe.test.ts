import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { observeBudget } from '../../../plugin/budget/observe.ts';
import type { ClusterState } from '../../../plugin/budget/state.ts';
import { budgetOf, deploymentOf, NAMESPACE, podOf, podsOf, statefulSetOf, stateOf } from './builders.ts';

const counted = (state: Partial<ClusterState>) => {
  const observed = observeBudget(budgetOf(), stateOf(state));
  assert.equal(observed.kind, 'counted');
  return observed.kind === 'counted' ? observed : assert.fail();
};
const reasonOf = (state: Partial<ClusterState>, spec: Record<string, unknown> = {}) => {
  const observed = observeBudget(budgetOf(spec), stateOf(state));
  return observed.kind === 'uncountable' ? observed.reason : assert.fail('it was counted');
};

describe('observeBudget', () => {
  it('finds the missing pods of a StatefulSet by their names', () => {
    const { observation, problems } = counted({
      workloads: [statefulSetOf(6)],
      pods: podsOf(6, { 2: 'missing', 4: { ready: false } }),
    });
    assert.deepEqual(observation.missing, ['ingester-2']);
    assert.equal(observation.expectedReplicas, 6);
    assert.deepEqual(
      [...problems],
      [
        ['ingester-4', 'not ready'],
        ['ingester-2', 'missing'],
      ],
    );
  });

  it('begins at the first ordinal', () => {
    const workloads = [statefulSetOf(2, { ordinals: { start: 5 } })];
    assert.deepEqual(counted({ workloads, pods: [podOf({ ordinal: 6 })] }).observation.missing, [
      'ingester-5',
    ]);
  });

  it('finds a StatefulSet of which no pod is left', () => {
    const { observation } = counted({ workloads: [statefulSetOf(2)], pods: [] });
    assert.deepEqual(observation.missing, ['ingester-0', 'ingester-1']);
  });

  it('counts no pod beyond the replicas', () => {
    const pods = podsOf(4, { 3: { terminating: true } });
    const { observation } = counted({ workloads: [statefulSetOf(3)], pods });
    assert.equal(observation.pods.length, 3);
  });

  it('takes a Deployment’s replicas, and not those of its ReplicaSet', () => {
    const owner = { kind: 'ReplicaSet', name: 'api-1', uid: 'rs' };
    const { observation } = counted({
      workloads: deploymentOf(3),
      pods: ['x', 'y'].map((name) => podOf({ name, owner, zone: 'zone-a' })),
    });
    assert.equal(observation.expectedReplicas, 3);
    assert.deepEqual(observation.missing, ['api-missing-0']);
  });

  it('counts a terminating pod as unavailable, and an ended one not at all', () => {
    const owner = { kind: 'ReplicaSet', name: 'api-1', uid: 'rs' };
    const { observation } = counted({
      workloads: deploymentOf(1),
      pods: [
        podOf({ name: 'going', owner, zone: 'zone-a', terminating: true }),
        podOf({ name: 'ended', owner, zone: 'zone-a', phase: 'Failed' }),
      ],
    });
    assert.deepEqual(
      observation.pods.map(({ name, available }) => [name, available]),
      [['going', false]],
    );
    assert.deepEqual(observation.missing, []);
  });

  it('asks another owner’s scale', () => {
    const owner = { apiVersion: 'apps.kruise.io/v1', kind: 'CloneSet', name: 'clones', uid: 'clones' };
    const pods = [podOf({ name: 'clone', owner, zone: 'zone-a' })];
    const scales = new Map([['clones', { kind: 'scale' as const, replicas: 2 }]]);
    assert.deepEqual(counted({ pods, scales }).observation.missing, ['clones-missing-0']);
    assert.match(reasonOf({ pods }), /nothing can be read of CloneSet clones, which owns clone/);
    const none = new Map([['clones', { kind: 'no-scale' as const }]]);
    assert.match(reasonOf({ pods, scales: none }), /no number of pods is told by CloneSet clones/);
  });

  it('takes a ReplicaSet’s own replicas where its owner has no scale', () => {
    const [, replicaSet] = deploymentOf(3);
    const above = { apiVersion: 'example.com/v1', kind: 'App', name: 'app', uid: 'app' };
    assert.ok(replicaSet);
    const owned = { ...replicaSet, metadata: { ...replicaSet.metadata, controller: above } };
    const owner = { kind: 'ReplicaSet', name: 'api-1', uid: 'rs' };
    const state = { workloads: [owned], pods: [podOf({ name: 'x', owner, zone: 'zone-a' })] };
    const scales = new Map([['app', { kind: 'no-scale' as const }]]);
    assert.equal(counted({ ...state, scales }).observation.expectedReplicas, 4);
  });

  it('cannot count pods whose owner does not tell their number', () => {
    assert.match(reasonOf({ pods: [podOf({ owner: undefined })] }), /ingester-0 has no owner/);
    assert.match(reasonOf({ pods: [podOf({})] }), /there is no StatefulSet ingester, which owns ingester-0/);
  });

  it('cannot count by a selector that nobody can evaluate', () => {
    const selector = { matchExpressions: [{ key: 'app', operator: 'Like' }] };
    assert.match(reasonOf({}, { selector }), /operator that nobody knows/);
  });

  it('looks at its own namespace only', () => {
    const budget = budgetOf({}, { namespace: 'other' });
    const state = stateOf({ pods: podsOf(3), workloads: [statefulSetOf(3)] });
    const observed = observeBudget(budget, state);
    assert.equal(observed.kind === 'counted' && observed.observation.pods.length, 0);
  });

  it('remembers where missing pods were', () => {
    const lastZones = new Map([[NAMESPACE, new Map([['ingester-1', 'zone-b']])]]);
    const { observation } = counted({
      workloads: [statefulSetOf(3)],
      pods: podsOf(3, { 1: 'missing' }),
      lastZones,
    });
    assert.equal(observation.lastZones.get('ingester-1'), 'zone-b');
  });
});
