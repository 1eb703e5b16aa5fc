import assert from 'node:assert/strict';
import { after, before, describe, it, type TestContext } from 'node:test';
import { isWhole, waitBudget, zoneBudget } from '../webhook/helpers/budgets.ts';
import { connectTo, type EvictionAnswer, evictPod } from '../webhook/helpers/evictions.ts';
import { type Installation, installWebhook } from '../webhook/helpers/installation.ts';
import { step } from './before-request.ts';
import type { ClusterFactory, TestCluster } from './cluster.ts';
import { deploymentBench } from './deployment-bench.ts';
import { namespace, statefulSet, ZONE_LABEL } from './fixtures.ts';
import { podsOf } from './observe.ts';
import { ended, rolloutBench } from './rollout-bench.ts';
import { startWitness } from './witness.ts';

const NAMESPACE = 'drains';
const ROUNDS = 10;

/** Who evicts at the same time: nobody ever sees two zones down. */
export function webhookDrainSuite(factory: ClusterFactory): void {
  describe('webhook: drains, rollouts and races', { concurrency: 1 }, () => {
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

    const guarded = async (name: string, maxUnavailable: number, simulation = {}, replicas = 6) => {
      await cluster.apply(
        statefulSet({ name, namespace: NAMESPACE, replicas, simulation }),
        zoneBudget({ name, namespace: NAMESPACE, maxUnavailable }),
      );
      await cluster.waitReady('StatefulSet', name, NAMESPACE);
      await whole(name, replicas);
    };
    const witnessed = async (app: string, t: TestContext) => {
      const witness = await startWitness(cluster, { namespace: NAMESPACE, app });
      t.after(() => witness.stop());
      return witness;
    };
    const whole = (name: string, replicas = 6) =>
      waitBudget(
        cluster,
        { namespace: NAMESPACE, name },
        (budget) => isWhole(budget) && budget.status?.expectedReplicas === replicas,
      );
    const drain = (node: string, ...more: string[]) =>
      cluster.kubectl([
        ...['drain', node, '--ignore-daemonsets', '--delete-emptydir-data', '--force', '--timeout=120s'],
        ...['--pod-selector', 'app in (drained,both)', ...more],
      ]);
    const uncordonAll = async () => {
      await cluster.kubectl(['uncordon', '--selector', ZONE_LABEL]);
    };
    /** A node of the zone that has pods of the workload. */
    const nodeWith = async (app: string, zone: string) => {
      const pods = await podsOf(cluster, NAMESPACE, app);
      return pods.find((pod) => pod.zone === zone)?.node ?? `no pod in ${zone}`;
    };

    it('lets kubectl drain two zones at once, one after the other', async (t) => {
      t.after(uncordonAll);
      await guarded('drained', 2, { start: '1s', flush: '500ms' });
      const witness = await witnessed('drained', t);
      const nodes = [await nodeWith('drained', 'zone-a'), await nodeWith('drained', 'zone-b')];
      const drains = await Promise.all(nodes.map((node) => drain(node)));
      for (const { code, stderr } of drains) assert.equal(code, 0, stderr);
      await cluster.waitReady('StatefulSet', 'drained', NAMESPACE);
      const { zonesTogether, worst } = await witness.testimony();
      assert.equal(zonesTogether, 1, worst);
      const said = drains.map(({ stdout, stderr }) => stdout + stderr).join('\n');
      assert.match(said, /will retry after 5s[\s\S]*cannot be evicted/);
    });

    it('refuses an eviction right before a Deployment takes its step in another zone', async (t) => {
      const name = 'stepped';
      const deployments = deploymentBench(cluster, NAMESPACE);
      t.after(() => deployments.close());
      await deployments.whole({ name, replicas: 3, simulation: { start: '500ms', flush: '50ms' } });
      await cluster.apply(zoneBudget({ name, namespace: NAMESPACE, maxUnavailable: 1 }));
      await whole(name, 3);
      const witness = await deployments.witness(name);
      const kube = await connectTo(cluster.kubeconfigPath);
      t.after(() => kube.close());
      const answers: EvictionAnswer[] = [];
      const act = async () => {
        const others = (await podsOf(cluster, NAMESPACE, name)).filter(({ zone }) => zone !== 'zone-b');
        for (const pod of others) answers.push(await evictPod(kube, NAMESPACE, pod.name));
      };
      const flags = ['--max-unavailable=1', '--image=main=app:v2', '--zone-order=zone-b'];
      await ended(deployments.startWith(name, { before: step(1), act }, ...flags), 0);
      assert.deepEqual(
        answers.map(({ code }) => code),
        [429, 429],
      );
      const { zones, mixed } = await witness.testimony();
      assert.deepEqual([zones, mixed], [['zone-b', 'zone-a', 'zone-c'], []]);
    });

    it('changes nothing for kubectl drain --dry-run=server', async () => {
      const before = await whole('drained');
      const pods = await podsOf(cluster, NAMESPACE, 'drained');
      const { code, stderr } = await drain(await nodeWith('drained', 'zone-c'), '--dry-run=server');
      assert.equal(code, 0, stderr);
      const after = await whole('drained');
      assert.equal(after.metadata.resourceVersion, before.metadata.resourceVersion);
      assert.deepEqual(await podsOf(cluster, NAMESPACE, 'drained'), pods);
    });

    it('lets a rollout and a drain that start together take turns', async (t) => {
      t.after(uncordonAll);
      const bench = rolloutBench(cluster, NAMESPACE);
      t.after(() => bench.close());
      await guarded('both', 2, { start: '300ms', flush: '300ms' }, 9);
      await bench.stale({ name: 'both', replicas: 9, simulation: { start: '300ms', flush: '300ms' } });
      await whole('both', 9);
      const witness = await witnessed('both', t);
      const node = await nodeWith('both', 'zone-c');
      const [drained] = await Promise.all([
        drain(node),
        ended(bench.start('both', '--max-unavailable=2'), 0),
      ]);
      assert.equal(drained.code, 0, drained.stderr);
      await cluster.waitReady('StatefulSet', 'both', NAMESPACE);
      const { zonesTogether, worst } = await witness.testimony();
      assert.equal(zonesTogether, 1, worst);
    });

    it('admits one zone only of evictions that arrive in all zones at the same moment', async (t) => {
      await guarded('raced', 2, { start: '50ms', flush: '50ms' });
      const kube = await connectTo(cluster.kubeconfigPath);
      t.after(() => kube.close());
      const witness = await witnessed('raced', t);
      const names = (await podsOf(cluster, NAMESPACE, 'raced')).map(({ name }) => name);
      for (let round = 0; round < ROUNDS; round += 1) {
        await whole('raced');
        const answers = await Promise.all(names.map((pod) => evictPod(kube, NAMESPACE, pod)));
        const admitted = answers.filter(({ code }) => code === 201);
        assert.ok(admitted.length > 0);
        for (const { code, message } of answers) assert.ok(code === 201 || code === 429, message);
      }
      const { zonesTogether, worst } = await witness.testimony();
      assert.equal(zonesTogether, 1, worst);
    });
  });
}
