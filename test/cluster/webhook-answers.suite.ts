import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { isWhole, waitBudget, zoneBudget } from '../webhook/helpers/budgets.ts';
import { type Installation, installWebhook } from '../webhook/helpers/installation.ts';
import type { ClusterFactory, TestCluster } from './cluster.ts';
import { namespace, statefulSet } from './fixtures.ts';
import { deletePods, evict, podNamed, podsOf } from './observe.ts';

const NAMESPACE = 'answers';

/** What kubectl hears about evictions: each answer of the webhook, through the API server. */
export function webhookAnswersSuite(factory: ClusterFactory): void {
  describe('webhook: answers', { concurrency: 1 }, () => {
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

    /** Six pods in three zones, all ready; slow to go, so that a disruption lasts. */
    const workload = async (name: string, simulation = {}, replicas = 6) => {
      await cluster.apply(statefulSet({ name, namespace: NAMESPACE, replicas, simulation }));
      await cluster.waitReady('StatefulSet', name, NAMESPACE);
    };
    const guard = async (name: string, maxUnavailable: number | string, more = {}, replicas = 6) => {
      await cluster.apply(zoneBudget({ name, namespace: NAMESPACE, maxUnavailable, ...more }));
      return waitBudget(
        cluster,
        { namespace: NAMESPACE, name },
        (budget) => isWhole(budget) && budget.status?.expectedReplicas === replicas,
      );
    };
    const evictPod = (pod: string, more = {}) => evict(cluster, { namespace: NAMESPACE, pod, ...more });
    /** Names of the pods by zone, zones in their order. */
    const byZone = async (name: string): Promise<[string[], string[], string[]]> => {
      const pods = await podsOf(cluster, NAMESPACE, name);
      const of = (zone: string) => pods.filter((pod) => pod.zone === zone).map((pod) => pod.name);
      return [of('zone-a'), of('zone-b'), of('zone-c')];
    };

    it('lets pods go that no budget covers', async () => {
      await workload('free', {}, 1);
      assert.equal((await evictPod('free-0')).code, 0);
    });

    it('admits one zone up to maxUnavailable, and names pod, zone and counts when it says no', async () => {
      await workload('strict', { flush: '60s' });
      await guard('strict', 1);
      const [[first = '', second = ''], [other = '']] = await byZone('strict');
      assert.equal((await evictPod(first)).code, 0);

      const full = await evictPod(second);
      assert.match(full.stderr, /\(TooManyRequests\).*"evictions\.kubectl-zone\.dev" denied the request/);
      assert.ok(full.stderr.includes(`${second} of zone-a cannot be evicted`), full.stderr);
      assert.match(full.stderr, /maxUnavailable is 1/);

      const elsewhere = await evictPod(other);
      assert.ok(
        elsewhere.stderr.includes(`${other} of zone-b cannot be evicted: zone-a has`),
        elsewhere.stderr,
      );
      assert.match(elsewhere.stderr, /try again when all pods of zone-a are available/);
    });

    it('lets a terminating pod go', async () => {
      await workload('leaving', { flush: '60s' });
      await guard('leaving', 1);
      const [[first = '']] = await byZone('leaving');
      assert.equal((await evictPod(first)).code, 0);
      assert.equal((await evictPod(first)).code, 0);
    });

    it('lets an unready pod go, and with IfHealthyBudget only within the budget', async () => {
      await workload('ill', { flush: '60s' });
      await guard('ill', 1);
      await guard('ill', 1, { policy: 'IfHealthyBudget' });
      await cluster.apply(
        statefulSet({ name: 'ill', namespace: NAMESPACE, replicas: 6, image: 'app:broken', simulation: {} }),
      );
      const [[inA = ''], [inB = '']] = await byZone('ill');
      // Straight deletions, which no budget guards, leave one broken pod in each of two zones. One after the other, or
      // the two may come back each in the other's zone.
      for (const pod of [inA, inB]) {
        await deletePods(cluster, NAMESPACE, [pod], '--force', '--grace-period=0');
        for (const state of ['create', 'condition=PodScheduled'])
          await cluster.kubectl(['wait', `pod/${pod}`, `--for=${state}`, '-n', NAMESPACE, '--timeout=60s']);
      }
      await waitBudget(
        cluster,
        { namespace: NAMESPACE, name: 'ill' },
        ({ status }) => status?.currentUnhealthy?.['zone-a'] === 1 && status.currentUnhealthy['zone-b'] === 1,
      );
      /** A pod that fails to start changes all the time; whoever evicts it asks again, as kubectl drain does. */
      const evictIll = async () => {
        for (;;) {
          const answer = await evictPod(inA);
          if (!answer.stderr.includes(`${inA} has just changed; try again`)) return answer;
        }
      };
      assert.match((await evictIll()).stderr, /zone-b has 1 of 2 pods unavailable/);
      await cluster.apply(
        zoneBudget({ name: 'ill', namespace: NAMESPACE, maxUnavailable: 1, policy: 'AlwaysAllow' }),
      );
      assert.equal((await evictIll()).code, 0);
    });

    it('refuses a pod with two budgets with an error that names both', async () => {
      await workload('twice', {}, 3);
      await guard('twice', 1, {}, 3);
      await guard('twice-more', 1, { app: 'twice' }, 3);
      const { code, stderr } = await evictPod('twice-0');
      assert.equal(code, 1);
      assert.match(stderr, /\(InternalError\).*more than one ZoneDisruptionBudget \(twice, twice-more\)/);
    });

    it('admits with a warning where the budget only rehearses', async () => {
      await workload('rehearsed', { flush: '60s' });
      await guard('rehearsed', 1, { dryRun: true });
      const [[first = ''], [other = '']] = await byZone('rehearsed');
      assert.deepEqual({ code: (await evictPod(first)).code, stderr: '' }, { code: 0, stderr: '' });
      await waitBudget(
        cluster,
        { namespace: NAMESPACE, name: 'rehearsed' },
        ({ status }) => status?.currentUnhealthy?.['zone-a'] === 1,
      );
      const { code, stderr } = await evictPod(other);
      assert.equal(code, 0);
      assert.match(
        stderr,
        /Warning: budget rehearsed \(dryRun\) would have denied this: .* zone-a has 1 of 2/,
      );
    });

    it('gives dry runs the true verdict and changes nothing, whichever way they are asked for', async () => {
      await workload('dry', { flush: '60s' });
      const before = await guard('dry', 1);
      const [[first = ''], [other = '']] = await byZone('dry');
      const inBody = { ...evictionBody(first), deleteOptions: { dryRun: ['All'] } };
      assert.equal((await evictPod(first, { dryRun: true })).code, 0);
      assert.equal((await raw(first, inBody)).code, 0);
      const after = await waitBudget(cluster, { namespace: NAMESPACE, name: 'dry' }, () => true);
      assert.equal(after.metadata.resourceVersion, before.metadata.resourceVersion);
      assert.equal((await podNamed(cluster, NAMESPACE, first)).terminating, false);

      assert.equal((await evictPod(first)).code, 0);
      assert.equal((await evictPod(other, { dryRun: true })).code, 1);
      assert.equal(
        (await raw(other, { ...evictionBody(other), deleteOptions: { dryRun: ['All'] } })).code,
        1,
      );
    });

    it('leaves the namespaces alone that must stay evictable when it is down', async () => {
      await cluster.apply(
        statefulSet({ name: 'system', namespace: 'kube-system', replicas: 1 }),
        zoneBudget({ name: 'system', namespace: 'kube-system', maxUnavailable: 0 }),
      );
      await cluster.waitReady('StatefulSet', 'system', 'kube-system');
      assert.equal((await evict(cluster, { namespace: 'kube-system', pod: 'system-0' })).code, 0);
    });

    it('tells by an Event on the pod what was denied', async () => {
      const { stdout } = await cluster.kubectl([
        ...['get', 'events', '-n', NAMESPACE, '--field-selector=reason=EvictionDenied'],
        ...[
          '-o',
          'jsonpath={range .items[*]}{.involvedObject.name} {.involvedObject.uid} {.message}{"\\n"}{end}',
        ],
      ]);
      assert.match(stdout, /^strict-\d [0-9a-f-]{36} strict-\d of zone-[ab] cannot be evicted/m);
    });

    it('counts its decisions, and the zones of budgets as long as they exist', async () => {
      const both = async () => (await Promise.all(webhook.replicas.map((each) => each.metrics()))).join('\n');
      const text = await both();
      assert.match(text, /decisions_total\{verdict="deny",reason="other-zone",dry_run="false"\} [1-9]/);
      assert.match(text, /decisions_total\{verdict="allow",reason="within-budget",dry_run="false"\} [1-9]/);
      const gauge =
        /kubectl_zone_budget_expected_pods\{namespace="answers",budget="strict",zone="zone-a"\} 2/;
      assert.match(text, gauge);
      await cluster.kubectl(['delete', 'zdb', 'strict', '-n', NAMESPACE]);
      assert.doesNotMatch(await both(), gauge);
    });

    const evictionBody = (pod: string) => ({
      apiVersion: 'policy/v1',
      kind: 'Eviction',
      metadata: { name: pod, namespace: NAMESPACE },
    });
    const raw = (pod: string, body: object) => {
      const path = `/api/v1/namespaces/${NAMESPACE}/pods/${pod}/eviction`;
      return cluster.kubectl(['create', '--raw', path, '-f', '-'], { input: JSON.stringify(body) });
    };
  });
}
