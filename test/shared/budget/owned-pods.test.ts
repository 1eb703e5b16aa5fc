import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isWhole, observeOwner, tallyOwned } from '../../../shared/budget/owned-pods.ts';
import { asOwner } from '../../../shared/budget/owners.ts';
import { cluster, controlledBy, pod, workload } from './cluster.ts';

describe('the pods of one owner', () => {
  const set = workload('db');

  it('are found whatever their labels are, and told by zone when some are missing', () => {
    const given = cluster({
      workloads: [set, workload('other')],
      gone: [pod('db-1', { node: 'node-b' })],
      pods: [
        pod('db-0', { labels: {} }),
        pod('db-2', { node: 'node-c', available: false }),
        pod('other-0', { controller: controlledBy('StatefulSet', 'other') }),
      ],
    });
    const owned = observeOwner(asOwner(set), given);
    assert.deepEqual(
      owned.pods.map(({ name }) => name),
      ['db-0', 'db-2'],
    );
    assert.deepEqual(owned.missing, [{ name: 'db-1', zone: 'zone-b' }]);
    assert.equal(isWhole(owned), false);
    assert.deepEqual(tallyOwned(owned, given), [
      { zone: 'zone-a', total: 1, down: [] },
      { zone: 'zone-b', total: 1, down: ['db-1'] },
      { zone: 'zone-c', total: 1, down: ['db-2'] },
    ]);
  });

  it('are whole when all that are asked for are available', () => {
    const pods = [0, 1, 2].map((ordinal) => pod(`db-${ordinal}`));
    assert.equal(isWhole(observeOwner(asOwner(set), cluster({ workloads: [set], pods }))), true);
    const lacking = cluster({ workloads: [set], pods: pods.slice(1) });
    assert.equal(isWhole(observeOwner(asOwner(set), lacking)), false);
    const down = [...pods.slice(0, 2), pod('db-2', { available: false })];
    assert.equal(isWhole(observeOwner(asOwner(set), cluster({ workloads: [set], pods: down }))), false);
  });

  it('are those of a Deployment’s ReplicaSets', () => {
    const deployment = workload('web', { kind: 'Deployment', replicas: 1 });
    const replicaSet = workload('web-1', {
      kind: 'ReplicaSet',
      controller: controlledBy('Deployment', 'web'),
    });
    const pods = [pod('web-1-x', { controller: controlledBy('ReplicaSet', 'web-1') }), pod('db-0')];
    const given = cluster({ workloads: [deployment, replicaSet, set], pods });
    const owned = observeOwner(asOwner(deployment), given);
    assert.deepEqual(
      owned.pods.map(({ name }) => name),
      ['web-1-x'],
    );
    assert.equal(isWhole(owned), true);
  });

  it('count where they last were while they have no node', () => {
    const homeless = pod('db-0', { node: undefined, available: false });
    const one = workload('db', { replicas: 1 });
    const given = cluster({ workloads: [one], gone: [pod('db-0', { node: 'node-c' })], pods: [homeless] });
    assert.deepEqual(tallyOwned(observeOwner(asOwner(one), given), given), [
      { zone: 'zone-c', total: 1, down: ['db-0'] },
    ]);
  });
});
