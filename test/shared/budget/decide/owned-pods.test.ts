import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  type ClusterPods,
  type OwnedPods,
  ownedPods,
  tallyOwned,
} from '../../../../shared/budget/decide/owned-pods.ts';
import { asOwner, controllersOf } from '../../../../shared/budget/decide/owners.ts';
import type { Workload } from '../../../../shared/budget/decide/workload.ts';
import { cluster, controlledBy, pod, workload } from './cluster.ts';

function observe(of: Workload, given: ClusterPods): OwnedPods {
  const owner = asOwner(of);
  const controllers = controllersOf(owner, given);
  const own = [...given.pods.inNamespace(owner.namespace)].filter(({ controller }) =>
    controllers.has(controller?.uid ?? ''),
  );
  return ownedPods(owner, own, given);
}

const isWhole = (owned: OwnedPods, given: ClusterPods) =>
  tallyOwned(owned, given).every(({ down }) => down.length === 0);

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
    const owned = observe(set, given);
    assert.deepEqual(
      owned.pods.map(({ name }) => name),
      ['db-0', 'db-2'],
    );
    assert.deepEqual(owned.missing, [{ name: 'db-1', zone: 'zone-b' }]);
    assert.equal(isWhole(owned, given), false);
    assert.deepEqual(tallyOwned(owned, given), [
      { zone: 'zone-a', total: 1, down: [] },
      { zone: 'zone-b', total: 1, down: ['db-1'] },
      { zone: 'zone-c', total: 1, down: ['db-2'] },
    ]);
  });

  it('are whole when all that are asked for are available', () => {
    const pods = [0, 1, 2].map((ordinal) => pod(`db-${ordinal}`));
    const whole = (present: typeof pods) => {
      const given = cluster({ workloads: [set], pods: present });
      return isWhole(observe(set, given), given);
    };
    assert.equal(whole(pods), true);
    assert.equal(whole(pods.slice(1)), false);
    assert.equal(whole([...pods.slice(0, 2), pod('db-2', { available: false })]), false);
  });

  it('are those of a Deployment’s ReplicaSets', () => {
    const deployment = workload('web', { kind: 'Deployment', replicas: 1 });
    const replicaSet = workload('web-1', {
      kind: 'ReplicaSet',
      controller: controlledBy('Deployment', 'web'),
    });
    const pods = [pod('web-1-x', { controller: controlledBy('ReplicaSet', 'web-1') }), pod('db-0')];
    const given = cluster({ workloads: [deployment, replicaSet, set], pods });
    const owned = observe(deployment, given);
    assert.deepEqual(
      owned.pods.map(({ name }) => name),
      ['web-1-x'],
    );
    assert.equal(isWhole(owned, given), true);
  });

  it('count where they last were while they have no node', () => {
    const homeless = pod('db-0', { node: undefined, available: false });
    const one = workload('db', { replicas: 1 });
    const given = cluster({ workloads: [one], gone: [pod('db-0', { node: 'node-c' })], pods: [homeless] });
    assert.deepEqual(tallyOwned(observe(one, given), given), [{ zone: 'zone-c', total: 1, down: ['db-0'] }]);
  });
});
