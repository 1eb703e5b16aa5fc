import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { isPodGone, removePod } from '../../shared/removals/pod-removal.ts';
import { linesOf, untilLine } from '../helpers/drain-run.ts';
import { isWhole, waitBudget, zoneBudget } from '../webhook/helpers/budgets.ts';
import { connectTo } from '../webhook/helpers/evictions.ts';
import { type Installation, installWebhook } from '../webhook/helpers/installation.ts';
import type { ClusterFactory, TestCluster } from './cluster.ts';
import { assertEmptied, assertOneZone, type DrainBench, drainBench, drained } from './drain-bench.ts';
import { assertZoneByZone, watchCordons } from './drain-order.ts';
import { podDisruptionBudget, type Simulation } from './fixtures.ts';
import { ended, rolloutBench } from './rollout-bench.ts';

const NAMESPACE = 'drain-webhook';
const REPLICAS = 12;
/** Long enough that the others come in between. */
const SLOW: Simulation = { start: '400ms', startMax: '800ms', flush: '100ms', flushMax: '300ms' };

/** Drains of pods under a ZoneDisruptionBudget that the webhook enforces. */
export function drainWebhookSuite(factory: ClusterFactory): void {
  describe('drain: ZoneDisruptionBudgets and others who evict', () => {
    let cluster: TestCluster;
    let bench: DrainBench;
    let webhook: Installation;

    before(async () => {
      cluster = await factory();
      bench = await drainBench(cluster, NAMESPACE);
      webhook = await installWebhook(cluster);
    });
    after(async () => {
      await webhook?.stop();
      await cluster?.stop();
    });

    const clear = async () => {
      await bench.clear();
      await bench.kubectl('delete', 'zonedisruptionbudgets', '--all');
    };
    const guarded = async (name: string, maxUnavailable: number, simulation?: Simulation) => {
      await cluster.apply(zoneBudget({ name, namespace: NAMESPACE, maxUnavailable }));
      await bench.settled({ name, replicas: REPLICAS, ...(simulation && { simulation }) });
      await whole(name);
    };
    const whole = (name: string) =>
      waitBudget(
        cluster,
        { namespace: NAMESPACE, name },
        (budget) => isWhole(budget) && budget.status?.expectedReplicas === REPLICAS,
      );

    it('takes a whole zone at once where the budget allows it, zone by zone', async (t) => {
      t.after(clear);
      await guarded('ring', 4);
      const cordons = await watchCordons(bench, t);
      const witness = await bench.witness(t, 'ring');
      const { lines } = await drained(bench.start(t, [...bench.old, '--yes']), 0);
      await assertEmptied(bench, 'ring', { replicas: REPLICAS });
      await assertOneZone(witness);
      await assertZoneByZone(bench, cordons);
      const notices = linesOf(lines, 'notice').map(({ message }) => message);
      assert.ok(!notices.some((message) => message.includes('only this drain respects')), notices.join('\n'));
      const finished = lines.at(-1);
      assert.ok(finished?.type === 'finished');
      assert.equal(finished.summary.podsEvicted, REPLICAS);
      assert.equal(finished.summary.zonesDownTogether, 0);
    });

    it('keeps to a ZoneDisruptionBudget and a PodDisruptionBudget at the same time', async (t) => {
      t.after(clear);
      await cluster.apply(podDisruptionBudget({ name: 'both', namespace: NAMESPACE, maxUnavailable: 3 }));
      await guarded('both', 2);
      const witness = await bench.witness(t, 'both');
      await drained(bench.start(t, [...bench.old, '--yes']), 0);
      await assertEmptied(bench, 'both', { replicas: REPLICAS });
      const { zonesTogether, podsDown, worst } = await witness.testimony();
      assert.equal(zonesTogether, 1, worst);
      assert.ok(podsDown <= 2, `${podsDown} pods were down`);
    });

    it('goes on at once after an interrupt in the second zone', async (t) => {
      t.after(clear);
      await guarded('resumed', 4, SLOW);
      const witness = await bench.witness(t, 'resumed');
      const words = [...bench.old, '--yes'];
      const run = bench.start(t, words);
      await untilLine(run, 'pod-evicted', ({ zone }) => zone === bench.zones[1]);
      run.interrupt();
      await drained(run, 130);
      const { lines } = await drained(bench.start(t, words), 0);
      assert.ok(!linesOf(lines, 'zone-begun').some(({ zone }) => zone === bench.zones[0]));
      await assertEmptied(bench, 'resumed', { replicas: REPLICAS });
      await assertOneZone(witness);
    });

    it('takes turns with kubectl drain on a node of another zone', async (t) => {
      t.after(clear);
      await guarded('shared', 4, SLOW);
      const witness = await bench.witness(t, 'shared');
      const [first = '', , last = ''] = bench.zones;
      const [theirs = ''] = bench.oldOf(last);
      const ours = bench.oldOf(first);
      const run = bench.start(t, [...ours, '--yes']);
      await untilLine(run, 'pod-evicted');
      const kubectlDrain = await cluster.kubectl(['drain', theirs, '--timeout=120s']);
      assert.equal(kubectlDrain.code, 0, kubectlDrain.stderr);
      await drained(run, 0);
      await cluster.waitReady('StatefulSet', 'shared', NAMESPACE);
      await assertEmptied(bench, 'shared', { nodes: [...ours, theirs], replicas: REPLICAS });
      await assertOneZone(witness);
    });

    it('takes turns with a rollout of the same workload', async (t) => {
      t.after(clear);
      const rollouts = rolloutBench(cluster, NAMESPACE);
      t.after(() => rollouts.close());
      await guarded('rolled', 4, SLOW);
      await rollouts.apply({ name: 'rolled', replicas: REPLICAS, image: 'app:v2', simulation: SLOW });
      const witness = await bench.witness(t, 'rolled');
      const [, second = ''] = bench.zones;
      const nodes = bench.oldOf(second);
      const run = bench.start(t, [...nodes, '--yes']);
      await Promise.all([drained(run, 0), ended(rollouts.start('rolled', '--max-unavailable=4'), 0)]);
      await cluster.waitReady('StatefulSet', 'rolled', NAMESPACE);
      await assertEmptied(bench, 'rolled', { nodes, replicas: REPLICAS });
      await assertOneZone(witness);
    });

    it('evicts the pod that was meant, and no other of its name', async (t) => {
      t.after(clear);
      await guarded('renewed', 4);
      const kube = await connectTo(cluster.kubeconfigPath);
      t.after(() => kube.close());
      const [before] = await bench.pods('renewed');
      assert.ok(before);
      const pod = { namespace: NAMESPACE, name: before.name, uid: before.uid };
      const way = { disableEviction: false, gracePeriodSeconds: undefined };
      await removePod(kube, pod, way);
      await cluster.waitReady('StatefulSet', 'renewed', NAMESPACE);
      const [successor] = await bench.pods('renewed');
      await assert.rejects(removePod(kube, pod, way), isPodGone);
      const [after] = await bench.pods('renewed');
      assert.equal(after?.uid, successor?.uid);
      assert.equal(after?.terminating, false);
      assert.notEqual(after?.uid, before.uid);
    });
  });
}
