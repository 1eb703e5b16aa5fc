import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { waitUntil } from '../helpers/processes.ts';
import { isDenied, whileAsking } from '../webhook/helpers/asking.ts';
import { isWhole, waitBudget, zoneBudget } from '../webhook/helpers/budgets.ts';
import { connectTo, evictPod } from '../webhook/helpers/evictions.ts';
import { type Installation, installWebhook, SYSTEM_NAMESPACE } from '../webhook/helpers/installation.ts';
import type { ClusterFactory, TestCluster } from './cluster.ts';
import { namespace, statefulSet } from './fixtures.ts';

const NAMESPACE = 'life';
const POD = 'steady-0';

/** The webhook's own life: replicas that come and go, certificates that change. */
export function webhookLifeSuite(factory: ClusterFactory): void {
  describe('webhook: its own life', () => {
    let cluster: TestCluster;
    let webhook: Installation;

    before(async () => {
      cluster = await factory();
      webhook = await installWebhook(cluster);
      await cluster.apply(
        namespace(NAMESPACE),
        statefulSet({ name: 'steady', namespace: NAMESPACE, replicas: 3 }),
        zoneBudget({ name: 'steady', namespace: NAMESPACE, maxUnavailable: 0 }),
      );
      await cluster.waitReady('StatefulSet', 'steady', NAMESPACE);
      await waitBudget(cluster, { namespace: NAMESPACE, name: 'steady' }, isWhole);
    });
    after(async () => {
      await webhook?.stop();
      await cluster?.stop();
    });

    it('drops no request while its replicas are replaced one by one', async () => {
      const old = [...webhook.replicas];
      const at = { namespace: NAMESPACE, pod: POD };
      const asked = await whileAsking(cluster, at, isDenied, async () => {
        for (const replica of old) {
          await webhook.start();
          webhook.front.setPorts(
            webhook.replicas
              .filter((each) => each !== replica && each.process.ended() === undefined)
              .map(({ port }) => port),
          );
          await replica.terminate();
        }
      });
      for (const replica of old) assert.equal(replica.process.ended(), 'exit code 0', await replica.log());
      assert.ok(asked > 0);
    });

    it('goes on counting when the replica that leads is killed', async () => {
      const running = webhook.replicas.filter((each) => each.process.ended() === undefined);
      const leads = async (replica: (typeof running)[number]) =>
        /^kubectl_zone_webhook_leader 1$/m.test(await replica.metrics());
      // Both replicas may be new here, and neither may lead yet.
      let leader: (typeof running)[number] | undefined;
      const found = async () => {
        const flags = await Promise.all(running.map(leads));
        leader = running[flags.indexOf(true)];
        return leader !== undefined;
      };
      await waitUntil('a replica that leads', found, { processes: [], deadlineMs: 60_000 });
      assert.ok(leader);
      webhook.front.setPorts(running.filter((each) => each !== leader).map(({ port }) => port));
      await leader.process.kill();
      await cluster.apply(zoneBudget({ name: 'steady', namespace: NAMESPACE, maxUnavailable: '0%' }));
      await waitBudget(cluster, { namespace: NAMESPACE, name: 'steady' }, isWhole);
      await cluster.apply(zoneBudget({ name: 'steady', namespace: NAMESPACE, maxUnavailable: 0 }));
      await waitBudget(cluster, { namespace: NAMESPACE, name: 'steady' }, isWhole);
    });

    it('makes new certificates when the Secret is deleted, and the API server trusts them', async (t) => {
      const secret = ['secret', 'kubectl-zone-webhook-tls', '-n', SYSTEM_NAMESPACE];
      const bundle = async () => {
        const path = 'jsonpath={.webhooks[0].clientConfig.caBundle}';
        return (await cluster.kubectl(['get', 'validatingwebhookconfiguration', 'kubectl-zone', '-o', path]))
          .stdout;
      };
      const before = await bundle();
      await cluster.kubectl(['delete', ...secret]);
      await waitUntil('new caBundle', async () => (await bundle()) !== before, {
        processes: [],
        deadlineMs: 30_000,
      });
      webhook.front.cut();
      const kube = await connectTo(cluster.kubeconfigPath);
      t.after(() => kube.close());
      await waitUntil(
        'an answer over the new certificate',
        async () => (await evictPod(kube, NAMESPACE, POD)).code === 429,
        { processes: [], deadlineMs: 30_000 },
      );
    });

    it('sets the caBundle again when somebody takes it away', async () => {
      const kind = ['validatingwebhookconfiguration', 'kubectl-zone'];
      const patch = '[{"op":"remove","path":"/webhooks/0/clientConfig/caBundle"}]';
      assert.equal((await cluster.kubectl(['patch', ...kind, '--type=json', '-p', patch])).code, 0);
      const wait = ['wait', ...kind, '--for=jsonpath={.webhooks[0].clientConfig.caBundle}', '--timeout=30s'];
      const { code, stderr } = await cluster.kubectl(wait);
      assert.equal(code, 0, stderr);
    });
  });
}
