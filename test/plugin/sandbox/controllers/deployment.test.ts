import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { resolveRolling, rollingStep } from '../../../../plugin/sandbox/controllers/deployment-plan.ts';
import type { ReplicaSet } from '../../../../plugin/sandbox/controllers/replicaset.ts';
import { type Body, type Client, patchType, withSandbox } from '../client.ts';
import { allReady, DEPLOYMENTS, deployment, isReady, PODS } from '../objects.ts';

const REPLICASETS = '/apis/apps/v1/namespaces/default/replicasets';

function setOf(replicas: number, availableReplicas: number): ReplicaSet {
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { name: `set-${replicas}` },
    spec: { replicas, selector: {}, template: { spec: { containers: [] } } },
    status: { availableReplicas },
  };
}

function setImage(client: Client, image: string): Promise<unknown> {
  const spec = { template: { spec: { containers: [{ name: 'app', image }] } } };
  return client.call('PATCH', `${DEPLOYMENTS}/web`, { spec }, patchType('strategic'));
}

describe('a rolling update', () => {
  it('rounds the surge up and the unavailable down, never both to zero', () => {
    assert.deepEqual(resolveRolling({ maxSurge: '25%', maxUnavailable: '25%' }, 5), {
      maxSurge: 2,
      maxUnavailable: 1,
    });
    assert.deepEqual(resolveRolling({ maxSurge: 0, maxUnavailable: '1%' }, 5), {
      maxSurge: 0,
      maxUnavailable: 1,
    });
  });

  it('takes one away before it adds one when there is no surge', () => {
    const old = setOf(3, 3);
    const { newReplicas, old: next } = rollingStep(3, { maxSurge: 0, maxUnavailable: 1 }, setOf(0, 0), [old]);
    assert.deepEqual([newReplicas, next.get(old)], [0, 2]);
  });

  it('waits while a new pod is unavailable', () => {
    const old = setOf(2, 2);
    const { newReplicas, old: next } = rollingStep(3, { maxSurge: 0, maxUnavailable: 1 }, setOf(1, 0), [old]);
    assert.deepEqual([newReplicas, next.get(old)], [1, 2]);
  });

  it('removes unhealthy old pods first', () => {
    const healthy = setOf(2, 2);
    const broken = setOf(2, 0);
    const { old } = rollingStep(3, { maxSurge: 1, maxUnavailable: 1 }, setOf(0, 0), [healthy, broken]);
    assert.deepEqual([old.get(healthy), old.get(broken)], [2, 0]);
  });
});

describe('a Deployment', () => {
  it('replaces its pods within surge and unavailability', () =>
    withSandbox({}, async (client) => {
      const strategy = { type: 'RollingUpdate', rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } };
      await client.call('POST', DEPLOYMENTS, deployment('web', 3, { strategy }));
      await client.until(PODS, allReady(3));
      await setImage(client, 'app:2');
      const active = (pods: Body[]) => pods.filter((pod) => !pod.metadata.deletionTimestamp);
      let fewestReady = 3;
      await client.until(PODS, (pods) => {
        fewestReady = Math.min(fewestReady, active(pods).filter(isReady).length);
        return allReady(3)(pods) && pods.every((pod) => pod.spec.containers[0].image === 'app:2');
      });
      assert.equal(fewestReady, 2);
      const [done] = await client.until(
        DEPLOYMENTS,
        ([found]) => found.status.updatedReplicas === 3 && found.status.replicas === 3,
      );
      assert.equal(done.metadata.annotations['deployment.kubernetes.io/revision'], '2');
    }));

  it('starts nothing new under Recreate before the last old pod is gone', () =>
    withSandbox({}, async (client) => {
      await client.call('POST', DEPLOYMENTS, deployment('web', 2, { strategy: { type: 'Recreate' } }));
      await client.until(PODS, allReady(2));
      await setImage(client, 'app:2');
      let mixed = false;
      await client.until(PODS, (pods) => {
        mixed ||= new Set(pods.map((pod) => pod.spec.containers[0].image)).size > 1;
        return allReady(2)(pods) && pods.every((pod) => pod.spec.containers[0].image === 'app:2');
      });
      assert.equal(mixed, false);
    }));

  it('does nothing about a new template while it is paused', () =>
    withSandbox({}, async (client) => {
      await client.call('POST', DEPLOYMENTS, deployment('web', 1, { paused: true }));
      await client.until(DEPLOYMENTS, ([found]) => found.status?.observedGeneration === 1);
      assert.equal((await client.call('GET', REPLICASETS)).body.items.length, 0);
      await client.call('PATCH', `${DEPLOYMENTS}/web`, { spec: { paused: false } }, patchType('merge'));
      await client.until(PODS, allReady(1));
    }));

  it('removes the cheapest pods first when it shrinks', () =>
    withSandbox({}, async (client) => {
      await client.call('POST', DEPLOYMENTS, deployment('web', 3));
      const pods = await client.until(PODS, allReady(3));
      const names = pods.map((pod) => pod.metadata.name).sort();
      const cost = { metadata: { annotations: { 'controller.kubernetes.io/pod-deletion-cost': '-5' } } };
      await client.call('PATCH', `${PODS}/${names[1]}`, cost, patchType('merge'));
      await client.call('PATCH', `${DEPLOYMENTS}/web/scale`, { spec: { replicas: 2 } }, patchType('merge'));
      const left = await client.until(PODS, (all) => all.length === 2);
      assert.deepEqual(left.map((pod) => pod.metadata.name).sort(), [names[0], names[2]]);
    }));

  it('goes back to its earlier ReplicaSet', () =>
    withSandbox({}, async (client) => {
      await client.call('POST', DEPLOYMENTS, deployment('web', 1));
      for (const image of ['app:2', 'app:1']) {
        await client.until(PODS, allReady(1));
        await setImage(client, image);
        await client.until(PODS, (pods) => allReady(1)(pods) && pods[0].spec.containers[0].image === image);
      }
      const sets = await client.until(
        REPLICASETS,
        (all) => all.filter((set) => set.spec.replicas === 0).length === 1,
      );
      const numbers = sets.map((set) => [
        set.spec.template.spec.containers[0].image,
        set.metadata.annotations['deployment.kubernetes.io/revision'],
      ]);
      assert.deepEqual(numbers.sort(), [
        ['app:1', '3'],
        ['app:2', '2'],
      ]);
    }));
});
