import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { systemClock } from '../../shared/clock.ts';
import type { KubeRequest } from '../../shared/kube/kube.ts';
import { readConfig } from '../../webhook/config.ts';
import { runWebhook, type Webhook } from '../../webhook/start.ts';
import { silentLog } from '../../webhook/telemetry/log.ts';
import { waitUntil } from '../helpers/processes.ts';
import { grantShipped, type ShippedRoles, shippedRoles } from '../webhook/helpers/access.ts';
import { isWhole, waitBudget, zoneBudget } from '../webhook/helpers/budgets.ts';
import { connectTo } from '../webhook/helpers/evictions.ts';
import { type Installation, installWebhook, SYSTEM_NAMESPACE } from '../webhook/helpers/installation.ts';
import { applyRing } from '../webhook/helpers/rings.ts';
import { type RecordingKube, recordingKube, unusedRights } from '../webhook/helpers/used-rights.ts';
import type { ControlPlaneCluster } from './control-plane-cluster.ts';
import { namespace, statefulSet } from './fixtures.ts';
import { evict } from './observe.ts';

const NAMESPACE = 'rights';
const FLAGS = ['--port=0', '--metrics-port=0', '--bind-address=127.0.0.1', '--tls-names=127.0.0.1'];

/**
 * Least privilege: a webhook in this process, whose requests are recorded, goes through all that needs a right. The
 * API server refuses what the manifests do not grant; what they grant and nothing asked for is too much.
 */
export function webhookRightsSuite(start: () => Promise<ControlPlaneCluster>): void {
  describe('webhook: rights', () => {
    let cluster: ControlPlaneCluster;
    let registered: Installation;
    let webhook: Webhook;
    let kube: RecordingKube;
    let roles: ShippedRoles;
    /** Called before the next write of a budget's status. */
    let interfere: (() => Promise<void>) | undefined;

    before(async () => {
      cluster = await start();
      roles = await shippedRoles();
      const kubeconfig = await grantShipped(cluster, 'recorded', roles);
      registered = await installWebhook(cluster, { replicas: 0 });
      kube = recordingKube(await connectTo(kubeconfig), async ({ method, path }: KubeRequest) => {
        if (method !== 'PUT' || !path.endsWith('/status')) return;
        const before = interfere;
        interfere = undefined;
        await before?.();
      });
      const config = readConfig(
        [...FLAGS, '--shutdown-delay=0', '--unsafe-settle-time-for-tests=100ms'],
        { POD_NAMESPACE: SYSTEM_NAMESPACE },
        'test',
      );
      webhook = await runWebhook(config, { kube, clock: systemClock, random: Math.random, log: silentLog });
      registered.front.setPorts([webhook.port]);
      await waitUntil('webhook is ready', async () => webhook.notReady().length === 0, {
        processes: [],
        deadlineMs: 60_000,
      });
      await cluster.apply(namespace(NAMESPACE));
    });
    after(async () => {
      await registered?.stop();
      await webhook?.stop();
      await kube?.close();
      await cluster?.stop();
    });

    const budget = (name: string, wanted: Parameters<typeof waitBudget>[2]) =>
      waitBudget(cluster, { namespace: NAMESPACE, name }, wanted);

    it('needs each of those that the manifests grant', async () => {
      await cluster.apply(
        statefulSet({ name: 'db', namespace: NAMESPACE, replicas: 3 }),
        zoneBudget({ name: 'db', namespace: NAMESPACE, maxUnavailable: 0 }),
      );
      await cluster.waitReady('StatefulSet', 'db', NAMESPACE);
      await budget('db', isWhole);
      assert.equal((await evict(cluster, { namespace: NAMESPACE, pod: 'db-0' })).code, 1);

      await applyRing(cluster, { namespace: NAMESPACE, name: 'ring', size: 2 });
      await cluster.apply(zoneBudget({ name: 'ring', namespace: NAMESPACE, maxUnavailable: 1 }));
      await budget('ring', ({ status }) => status?.expectedReplicas === 2);

      // Somebody else writes first: the budget is read anew.
      interfere = async () => {
        await cluster.kubectl(['annotate', 'zdb', 'db', '-n', NAMESPACE, 'touched=yes']);
      };
      await cluster.apply(zoneBudget({ name: 'db', namespace: NAMESPACE, maxUnavailable: '0%' }));
      await budget('db', isWhole);

      // What cannot be used is replaced in place.
      const spoiled = JSON.stringify({ data: { 'tls.crt': 'bm9uc2Vuc2U=' } });
      const secret = ['secret', 'kubectl-zone-webhook-tls', '-n', SYSTEM_NAMESPACE];
      await cluster.kubectl(['patch', ...secret, '--type=merge', '-p', spoiled]);

      const rules = [...roles.clusterRole.rules, ...roles.role.rules];
      const unused = () => unusedRights(rules, kube.used);
      await waitUntil('all rights are used', async () => unused().length === 0, {
        processes: [],
        deadlineMs: 30_000,
      }).catch(() => assert.deepEqual(unused(), []));
    });
  });
}
