import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type DrainLine, linesOf, untilLine } from '../helpers/drain-run.ts';
import type { ClusterFactory, TestCluster } from './cluster.ts';
import { assertEmptied, assertOneZone, type DrainBench, drainBench, drained } from './drain-bench.ts';
import { assertZoneByZone, watchCordons } from './drain-order.ts';
import { podDisruptionBudget } from './fixtures.ts';
import { deletePods } from './observe.ts';

const NAMESPACE = 'drain-budgets';
const REPLICAS = 12;

/** Drains where no webhook enforces anything. */
export function drainBudgetsSuite(factory: ClusterFactory): void {
  describe('drain: PodDisruptionBudgets, or nothing at all', () => {
    let cluster: TestCluster;
    let bench: DrainBench;

    before(async () => {
      cluster = await factory();
      bench = await drainBench(cluster, NAMESPACE);
    });
    after(() => cluster.stop());

    const protect = async (name: string, maxUnavailable: number, replicas = REPLICAS) => {
      await cluster.apply(podDisruptionBudget({ name, namespace: NAMESPACE, maxUnavailable }));
      const counted = `--for=jsonpath={.status.currentHealthy}=${replicas}`;
      await bench.kubectl('wait', `pdb/${name}`, counted, '--timeout=60s');
    };

    it('keeps to one zone at a time by itself, and says that nothing else does', async (t) => {
      t.after(bench.clear);
      await bench.settled({ name: 'free', replicas: REPLICAS });
      const cordons = await watchCordons(bench, t);
      const witness = await bench.witness(t, 'free');
      const { lines } = await drained(bench.start(t, [...bench.old, '--yes']), 0);
      await assertEmptied(bench, 'free', { replicas: REPLICAS });
      await assertOneZone(witness);
      await assertZoneByZone(bench, cordons);
      assertStory(lines, bench);
      assert.ok(
        linesOf(lines, 'notice').some(({ message }) =>
          /^no budget; only this drain respects zones: statefulset\/free/.test(message),
        ),
      );
      assert.deepEqual(linesOf(lines, 'eviction-refused'), []);
    });

    it('goes as fast as a PodDisruptionBudget allows, and asks for no more', async (t) => {
      t.after(bench.clear);
      await bench.settled({ name: 'bounded', replicas: REPLICAS });
      await protect('bounded', 2);
      const witness = await bench.witness(t, 'bounded');
      const { lines } = await drained(bench.start(t, [...bench.old, '--yes']), 0);
      await assertEmptied(bench, 'bounded', { replicas: REPLICAS });
      const { zonesTogether, podsDown, worst } = await witness.testimony();
      assert.equal(zonesTogether, 1, worst);
      assert.ok(podsDown <= 2, `${podsDown} pods were down`);
      assertStory(lines, bench);
      assert.ok(linesOf(lines, 'waiting').some(({ reason }) => /bounded allows \d/.test(reason)));
    });

    it('takes nodes of a zone one after the other with --max-nodes 1', async (t) => {
      t.after(bench.clear);
      await bench.settled({ name: 'single', replicas: 6 });
      const nodes = bench.oldOf(bench.zones[1] ?? '');
      await cluster.kubectl(['label', 'node', ...nodes, 'pool=old', '--overwrite']);
      t.after(() => cluster.kubectl(['label', 'node', ...nodes, 'pool-']));
      const { lines } = await drained(bench.start(t, ['-l', 'pool=old', '--max-nodes', '1', '--yes']), 0);
      // Empty nodes are taken along, and the scheduler may have left one of them empty.
      const story = lines.flatMap((line) =>
        line.type === 'pod-evicted' || (line.type === 'node-drained' && line.pods > 0)
          ? [`${line.type} ${line.node}`]
          : [],
      );
      const full = [...new Set(linesOf(lines, 'pod-evicted').map(({ node }) => node))];
      assert.deepEqual(
        story.filter((word, index) => word !== story[index - 1]),
        full.flatMap((node) => [`pod-evicted ${node}`, `node-drained ${node}`]),
      );
      assert.deepEqual(await bench.cordoned(), nodes);
    });

    it('asks for pods of a PodDisruptionBudget that never allows any, and never for a successor', async (t) => {
      t.after(bench.clear);
      await bench.settled({ name: 'closed', replicas: 6 });
      await protect('closed', 0, 6);
      const [node = ''] = bench.old;
      const [taken, ...others] = (await bench.pods('closed')).filter(
        (pod) => bench.oldOf(pod.zone ?? '').includes(pod.node ?? '') && pod.zone === bench.zoneOf(node),
      );
      assert.ok(taken && others.length > 0);
      const run = bench.start(t, [...bench.oldOf(bench.zoneOf(node)), '--yes']);
      await untilLine(run, 'waiting', ({ reason }) => reason.includes('disruption budget'));
      await deletePods(cluster, NAMESPACE, [taken.name]);
      await cluster.waitReady('StatefulSet', 'closed', NAMESPACE);
      const successor = (await bench.pods('closed')).find(({ name }) => name === taken.name);
      await protect('closed', 1, 6);
      const { lines } = await drained(run, 0);
      // An admission webhook might have moved them when they were asked for.
      const refused = new Set(linesOf(lines, 'eviction-refused').map(({ pod }) => pod));
      assert.deepEqual(
        [...refused].sort(),
        [taken, ...others].map(({ name }) => `${NAMESPACE}/${name}`).sort(),
      );
      assert.deepEqual(
        linesOf(lines, 'pod-evicted').map(({ pod }) => pod),
        others.map(({ name }) => `${NAMESPACE}/${name}`),
      );
      const pods = await bench.pods('closed');
      assert.notEqual(successor?.uid, taken.uid);
      assert.equal(pods.find(({ name }) => name === taken.name)?.uid, successor?.uid);
    });
  });
}

/** What the lines say fits together, and with the cluster. */
function assertStory(lines: readonly DrainLine[], bench: DrainBench): void {
  const [started] = linesOf(lines, 'started');
  assert.deepEqual(
    started?.zones,
    bench.zones.map((zone) => ({ zone, nodes: bench.oldOf(zone) })),
  );
  assert.deepEqual(
    lines.flatMap((line) =>
      line.type === 'zone-begun' || line.type === 'zone-finished' ? [`${line.type} ${line.zone}`] : [],
    ),
    bench.zones.flatMap((zone) => [`zone-begun ${zone}`, `zone-finished ${zone}`]),
  );
  const evicted = linesOf(lines, 'pod-evicted').map(({ pod }) => pod);
  assert.equal(evicted.length, started?.pods);
  assert.deepEqual(
    linesOf(lines, 'pod-gone')
      .map(({ pod }) => pod)
      .sort(),
    evicted.sort(),
  );
  assert.deepEqual(
    linesOf(lines, 'node-drained')
      .map(({ node }) => node)
      .sort(),
    [...bench.old].sort(),
  );
  const finished = lines.at(-1);
  assert.ok(finished?.type === 'finished');
  assert.equal(finished.outcome, 'done');
  const { nodesDrained, podsEvicted, requestsRefused, zonesDownTogether, cordoned } = finished.summary;
  assert.equal(nodesDrained, bench.old.length);
  assert.equal(podsEvicted, evicted.length);
  assert.equal(requestsRefused, linesOf(lines, 'eviction-refused').length);
  assert.equal(zonesDownTogether, 0);
  assert.deepEqual([...cordoned].sort(), [...bench.old].sort());
}
