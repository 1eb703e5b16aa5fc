import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type BudgetView, isWhole, waitBudget, zoneBudget } from '../webhook/helpers/budgets.ts';
import { type Installation, installWebhook } from '../webhook/helpers/installation.ts';
import type { ClusterFactory, TestCluster } from './cluster.ts';
import { deployment, namespace, statefulSet } from './fixtures.ts';
import { evict, podsOf } from './observe.ts';

const NAMESPACE = 'owners';

/** Who tells how many pods there should be. */
export function webhookOwnersSuite(factory: ClusterFactory): void {
  describe('webhook: owners', () => {
    let cluster: TestCluster;
    let webhook: Installation;

    before(async () => {
      cluster = await factory();
      await cluster.apply(namespace(NAMESPACE));
      webhook = await installWebhook(cluster);
    });
    after(async () => {
      await webhook?.stop();
      await cluster?.stop();
    });

    const budget = (name: string, wanted: (budget: BudgetView) => boolean) =>
      waitBudget(cluster, { namespace: NAMESPACE, name }, wanted);
    const guard = (name: string) =>
      cluster.apply(zoneBudget({ name, namespace: NAMESPACE, maxUnavailable: 1 }));
    const evictPod = (pod: string) => evict(cluster, { namespace: NAMESPACE, pod });

    it('counts a Deployment by its own replicas, and guards its pods', async () => {
      await cluster.apply(
        deployment({ name: 'web', namespace: NAMESPACE, replicas: 6, simulation: { flush: '60s' } }),
      );
      await cluster.waitReady('Deployment', 'web', NAMESPACE);
      await guard('web');
      const { status } = await budget('web', (seen) => isWhole(seen) && seen.status?.expectedReplicas === 6);
      assert.deepEqual(status?.expectedPods, { 'zone-a': 2, 'zone-b': 2, 'zone-c': 2 });
      assert.deepEqual(status?.desiredHealthy, { 'zone-a': 1, 'zone-b': 1, 'zone-c': 1 });
      const pods = await podsOf(cluster, NAMESPACE, 'web');
      const inZone = (zone: string) => pods.find((pod) => pod.zone === zone)?.name ?? '';
      assert.equal((await evictPod(inZone('zone-a'))).code, 0);
      assert.match((await evictPod(inZone('zone-b'))).stderr, /zone-a has/);
    });

    it('counts a ReplicaSet without Deployment', async () => {
      const { spec, metadata } = deployment({ name: 'bare', namespace: NAMESPACE, replicas: 3 });
      const { strategy: _, ...replicaSetSpec } = spec ?? {};
      await cluster.apply({ apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata, spec: replicaSetSpec });
      await guard('bare');
      await budget('bare', (seen) => isWhole(seen) && seen.status?.expectedReplicas === 3);
    });

    it('asks the scale of an owner of any other kind', async () => {
      const { apiVersion, kind, metadata } = {
        apiVersion: 'example.com/v1',
        kind: 'Ring',
        metadata: { name: 'ring', namespace: NAMESPACE },
      };
      await cluster.apply(ringDefinition());
      await cluster.kubectl([
        'wait',
        '--for=condition=Established',
        'crd/rings.example.com',
        '--timeout=60s',
      ]);
      await cluster.apply({ apiVersion, kind, metadata, spec: { size: 2 } });
      const ring = (await cluster.json(['get', 'ring', 'ring', '-n', NAMESPACE])) as {
        metadata: { uid: string };
      };
      const controller = { apiVersion, kind, name: 'ring', uid: ring.metadata.uid, controller: true };
      await cluster.apply(ownedPod('ring-x', controller));
      await cluster.waitReady('Pod', 'ring-x', NAMESPACE);
      await guard('ring');
      const { status } = await budget('ring', (seen) => seen.status?.expectedReplicas === 2);
      const down = Object.values(status?.currentUnhealthy ?? {}).reduce((sum, count) => sum + count, 0);
      assert.equal(down, 1);
      assert.match((await evictPod('ring-x')).stderr, /cannot be evicted/);
    });

    it('admits nothing for pods without an owner, and says so in a condition', async () => {
      await cluster.apply(ownedPod('orphan', undefined));
      await cluster.waitReady('Pod', 'orphan', NAMESPACE);
      await guard('orphan');
      await budget('orphan', ({ status }) =>
        (status?.conditions ?? []).some(
          ({ reason, message }) => reason === 'SyncFailed' && /orphan has no owner/.test(message),
        ),
      );
      assert.match((await evictPod('orphan')).stderr, /TooManyRequests.*orphan/);
    });

    it('counts missing pods of a StatefulSet whose pods are all gone', async () => {
      await cluster.apply(statefulSet({ name: 'lost', namespace: NAMESPACE, replicas: 3 }));
      await cluster.waitReady('StatefulSet', 'lost', NAMESPACE);
      await guard('lost');
      await budget('lost', (seen) => isWhole(seen) && seen.status?.expectedReplicas === 3);
      await cluster.apply(
        statefulSet({ name: 'lost', namespace: NAMESPACE, replicas: 6, image: 'app:broken' }),
      );
      const { status } = await budget('lost', (seen) => seen.status?.expectedReplicas === 6);
      assert.notDeepEqual(Object.values(status?.currentUnhealthy ?? {}), [0, 0, 0]);
      assert.match((await evictPod('lost-0')).stderr, /cannot be evicted/);
    });

    const ownedPod = (name: string, controller: object | undefined) => ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name,
        namespace: NAMESPACE,
        labels: { app: name.split('-')[0] },
        ...(controller && { ownerReferences: [controller] }),
      },
      spec: { containers: [{ name: 'main', image: 'app:v1' }] },
    });
  });
}

/** A kind with a scale subresource and no controller. */
function ringDefinition(): object {
  const preserved = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'rings.example.com' },
    spec: {
      group: 'example.com',
      scope: 'Namespaced',
      names: { plural: 'rings', singular: 'ring', kind: 'Ring' },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: { openAPIV3Schema: { type: 'object', properties: { spec: preserved, status: preserved } } },
          subresources: { scale: { specReplicasPath: '.spec.size', statusReplicasPath: '.status.size' } },
        },
      ],
    },
  };
}
