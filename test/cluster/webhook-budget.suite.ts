import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { runInProcess } from '../helpers/context.ts';
import { at } from '../manifests/read.ts';
import { isWhole, waitBudget, zoneBudget } from '../webhook/helpers/budgets.ts';
import { type Installation, installWebhook } from '../webhook/helpers/installation.ts';
import type { ClusterFactory, TestCluster } from './cluster.ts';
import { namespace, podDisruptionBudget, statefulSet } from './fixtures.ts';
import { deletePods, evict, podsOf } from './observe.ts';

const NAMESPACE = 'shown';

/** What `kubectl zone budget` shows of a webhook that works, that is dead, and that is not there, in this order. */
export function webhookBudgetSuite(factory: ClusterFactory): void {
  describe('webhook: kubectl zone budget', { concurrency: 1 }, () => {
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

    const budget = (...args: string[]) =>
      runInProcess(cluster.kubeconfigPath, ['budget', ...args, '-n', NAMESPACE]);
    const ended = async (code: number, ...args: string[]) => {
      const result = await budget(...args).end;
      assert.equal(result.code, code, result.stdout + result.stderr);
      return result;
    };
    const guarded = async (name: string) => {
      await cluster.apply(
        statefulSet({ name, namespace: NAMESPACE, replicas: 6 }),
        zoneBudget({ name, namespace: NAMESPACE, maxUnavailable: 1 }),
      );
      await cluster.waitReady('StatefulSet', name, NAMESPACE);
      await waitBudget(
        cluster,
        { namespace: NAMESPACE, name },
        (seen) => isWhole(seen) && seen.status?.expectedReplicas === 6,
      );
    };
    const podIn = async (name: string, zone: string) =>
      (await podsOf(cluster, NAMESPACE, name)).find((pod) => pod.zone === zone)?.name ?? '';

    it('shows an eviction that is reserved and not carried out, and what it means for other zones', async () => {
      await guarded('held');
      // Asked after the webhook, it refuses: the reservation stays until it expires.
      await cluster.apply(podDisruptionBudget({ name: 'held', namespace: NAMESPACE, maxUnavailable: 0 }));
      const counted = ['wait', 'pdb/held', '--for=jsonpath={.status.currentHealthy}=6', '--timeout=60s'];
      assert.equal((await cluster.kubectl([...counted, '-n', NAMESPACE])).code, 0);
      const [one, other] = [await podIn('held', 'zone-a'), await podIn('held', 'zone-b')];

      const watching = budget('held', '-w', '-o', 'json');
      await watching.stdout.matches(/"reserved":\[\]/);
      assert.equal((await evict(cluster, { namespace: NAMESPACE, pod: one })).code, 1);
      await watching.stdout.matches(new RegExp(`"reserved":\\["${one}"\\]`));
      watching.interrupt();
      assert.equal((await watching.end).code, 130);

      const { stdout, stderr } = await ended(0, 'held', '-o', 'wide');
      assert.match(stdout, new RegExp(`^held +zone-a +2/2 +1 +0 +1 +false +${one} *$`, 'm'));
      assert.match(stdout, /^held +zone-b +2\/2 +0 +0 /m);
      assert.equal(stderr, '');
      const zones = at(JSON.parse((await ended(0, 'held', '-o', 'json')).stdout), 'zones');
      assert.deepEqual(at(zones, 0, 'reserved'), [one]);

      const denied = await ended(1, 'explain', `pod/${other}`);
      assert.match(denied.stdout, new RegExp(`${other} of zone-b cannot be evicted: zone-a has ${one}`));
      const refused = await evict(cluster, { namespace: NAMESPACE, pod: other });
      const [, sentence = ''] = /cannot be evicted: (.*?) \(budget/.exec(refused.stderr) ?? [];
      assert.ok(denied.stdout.includes(sentence), `${denied.stdout} does not say: ${sentence}`);
    });

    it('reports an outdated status if no replica is running', async () => {
      await guarded('behind');
      await Promise.all(webhook.replicas.map(({ process }) => process.kill()));
      const pod = await podIn('behind', 'zone-a');
      await cluster.apply(
        statefulSet({ name: 'behind', namespace: NAMESPACE, replicas: 6, image: 'app:broken' }),
      );
      await deletePods(cluster, NAMESPACE, [pod], '--force', '--grace-period=0');
      const watching = budget('behind', '-w');
      await watching.stderr.matches(/status is outdated: zone-a: stored 2\/2 healthy, counted 1\/2/);
      watching.interrupt();
      await watching.end;
      const { stdout } = await ended(1, 'explain', `pod/${await podIn('behind', 'zone-b')}`);
      assert.match(stdout, /zone-a has 1 of 2 pods unavailable/);
      assert.match(stdout, /its status is outdated: zone-a: stored 2\/2 healthy, counted 1\/2/);
      // Nothing is let through meanwhile.
      const asked = await evict(cluster, { namespace: NAMESPACE, pod });
      assert.match(asked.stderr, /failed calling webhook "bindings\.kubectl-zone\.dev"/);
    });

    it('says that nothing enforces budgets when the webhook is not there', async () => {
      await webhook.stop();
      const { stdout } = await ended(1, 'explain', `pod/${await podIn('behind', 'zone-b')}`);
      assert.match(stdout, /because no webhook enforces the budget/);
      assert.match(stdout, /no webhook enforces .* there is no ValidatingWebhookConfiguration kubectl-zone/);
    });
  });
}
