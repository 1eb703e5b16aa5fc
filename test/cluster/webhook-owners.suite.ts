import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type BudgetView, isWhole, waitBudget, zoneBudget } from '../webhook/helpers/budgets.ts';
import { type Installation, installWebhook } from '../webhook/helpers/installation.ts';
import { applyRing, loosePod } from '../webhook/helpers/rings.ts';
import type { ClusterFactory, TestCluster } from './cluster.ts';
import { deployment, namespace, statefulSet } from './fixtures.ts';
import { evict, podsOf } from './observe.ts';

const NAMESPACE = 'owners';

/** Who tells how many pods there should be. */
export function webhookOwnersSuite(factory: ClusterFactory): void {
  describe('webhook: owners', { concurrency: 1 }, () => {
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
      await applyRing(cluster, { namespace: NAMESPACE, name: 'ring', size: 2 });
      await guard('ring');
      const { status } = await budget('ring', (seen) => seen.status?.expectedReplicas === 2);
      const down = Object.values(status?.currentUnhealthy ?? {}).reduce((sum, count) => sum + count, 0);
      assert.equal(down, 1);
      assert.match((await evictPod('ring-x')).stderr, /cannot be evicted/);
    });

    it('admits nothing for pods without an owner, and says so in a condition', async () => {
      await cluster.apply(loosePod('orphan', NAMESPACE));
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
  });
}
