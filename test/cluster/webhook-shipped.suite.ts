import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { waitUntil } from '../helpers/processes.ts';
import { at } from '../manifests/read.ts';
import { grantShipped, type ShippedRoles, shippedRoles } from '../webhook/helpers/access.ts';
import { isCounted, isWhole, waitBudget, zoneBudget } from '../webhook/helpers/budgets.ts';
import { type Installation, installWebhook, SYSTEM_NAMESPACE } from '../webhook/helpers/installation.ts';
import { applyRing } from '../webhook/helpers/rings.ts';
import { shippedProgram } from '../webhook/helpers/shipped.ts';
import type { ControlPlaneCluster } from './control-plane-cluster.ts';
import { namespace, statefulSet } from './fixtures.ts';
import { evict, podsOf, waitThereIs } from './observe.ts';

const NAMESPACE = 'shipped';
const USER = 'webhook';

/** What narrows the rule for scales, as cluster-role.yaml describes it. */
const RING_SCALES = { apiGroups: ['example.com'], resources: ['rings/scale'], verbs: ['get'] };

/** The shipped webhook with the rights of the manifests and no others. */
export function webhookShippedSuite(start: () => Promise<ControlPlaneCluster>): void {
  describe('webhook: as it is shipped', () => {
    let cluster: ControlPlaneCluster;
    let webhook: Installation;
    let roles: ShippedRoles;

    before(async () => {
      cluster = await start();
      roles = await shippedRoles();
      const kubeconfigPath = await grantShipped(cluster, USER, roles);
      webhook = await installWebhook(cluster, { ...(await shippedProgram()), kubeconfigPath });
      await cluster.apply(
        namespace(NAMESPACE),
        statefulSet({ name: 'db', namespace: NAMESPACE, replicas: 6, simulation: { flush: '60s' } }),
        zoneBudget({ name: 'db', namespace: NAMESPACE, maxUnavailable: 1 }),
      );
      await cluster.waitReady('StatefulSet', 'db', NAMESPACE);
    });
    after(async () => {
      await webhook?.stop();
      await cluster?.stop();
    });

    const budget = (name: string, wanted: Parameters<typeof waitBudget>[2]) =>
      waitBudget(cluster, { namespace: NAMESPACE, name }, wanted);
    const running = () => webhook.replicas.filter((each) => each.process.ended() === undefined);

    it('makes its certificates and tells the API server about them', async () => {
      const secret = await cluster.json([
        'get',
        'secret',
        'kubectl-zone-webhook-tls',
        '-n',
        SYSTEM_NAMESPACE,
      ]);
      for (const kind of ['validatingwebhookconfiguration', 'mutatingwebhookconfiguration']) {
        const configuration = await cluster.json(['get', kind, 'kubectl-zone']);
        const bundle = at(configuration, 'webhooks', 0, 'clientConfig', 'caBundle');
        assert.equal(bundle, at(secret, 'data', 'ca.crt'));
      }
    });

    it('counts, admits one zone, refuses another and tells so by an Event', async () => {
      await budget('db', (seen) => isWhole(seen) && seen.status?.expectedReplicas === 6);
      const pods = await podsOf(cluster, NAMESPACE, 'db');
      const inZone = (zone: string) => pods.find((pod) => pod.zone === zone)?.name ?? '';
      assert.equal((await evict(cluster, { namespace: NAMESPACE, pod: inZone('zone-a') })).code, 0);
      const refused = await evict(cluster, { namespace: NAMESPACE, pod: inZone('zone-b') });
      assert.match(refused.stderr, /cannot be evicted: zone-a has/);
      await budget('db', ({ status }) => status?.currentUnhealthy?.['zone-a'] === 1);
      await waitThereIs(cluster, 'events', '--field-selector=reason=EvictionDenied', '-n', NAMESPACE);
    });

    it('asks owners of other kinds, and says in a condition where it may not', async () => {
      await applyRing(cluster, { namespace: NAMESPACE, name: 'ring', size: 2 });
      await cluster.apply(zoneBudget({ name: 'ring', namespace: NAMESPACE, maxUnavailable: 1 }));
      await budget('ring', ({ status }) => status?.expectedReplicas === 2);

      const others = roles.clusterRole.rules.filter(({ resources }) => !resources?.includes('*/scale'));
      assert.equal(others.length, roles.clusterRole.rules.length - 1);
      await cluster.apply({ ...roles.clusterRole, rules: others });
      await budget('ring', ({ status }) =>
        (status?.conditions ?? []).some(
          (each) =>
            each.type === 'DisruptionAllowed' &&
            each.status === 'False' &&
            each.reason === 'SyncFailed' &&
            /scale .*cannot be read: .*forbidden.*cannot get resource "rings\/scale"/.test(each.message),
        ),
      );
      const refused = await evict(cluster, { namespace: NAMESPACE, pod: 'ring-x' });
      assert.match(refused.stderr, /\(TooManyRequests\).*ring-x/);

      await cluster.apply({ ...roles.clusterRole, rules: [...others, RING_SCALES] });
      await budget('ring', ({ status }) =>
        (status?.conditions ?? []).every(({ reason }) => reason !== 'SyncFailed'),
      );
    });

    it('hands the lead over when the replica that leads ends', async () => {
      const leads = async () => {
        const texts = await Promise.all(running().map((each) => each.metrics()));
        return running()[texts.findIndex((text) => /^kubectl_zone_webhook_leader 1$/m.test(text))];
      };
      const one = await leads();
      assert.ok(one);
      webhook.front.setPorts(running().flatMap((each) => (each === one ? [] : [each.port])));
      await one.terminate();
      assert.equal(one.process.ended(), 'exit code 0', await one.log());
      await waitUntil('another leader', async () => (await leads()) !== undefined, {
        processes: running().map(({ process }) => process),
        deadlineMs: 60_000,
      });
      await cluster.apply(zoneBudget({ name: 'db', namespace: NAMESPACE, maxUnavailable: 2 }));
      await budget('db', isCounted);
    });

    it('is never refused anything but the scale that was taken away, and writes no file', async () => {
      for (const replica of webhook.replicas) {
        const lines = (await replica.log()).split('\n');
        const complaints = lines.filter(
          (line) =>
            (/forbidden/i.test(line) && !line.includes('rings/scale')) || /ERR_ACCESS_DENIED/.test(line),
        );
        assert.deepEqual(complaints, []);
      }
    });
  });
}
