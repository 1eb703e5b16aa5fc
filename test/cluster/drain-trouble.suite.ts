import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { linesOf, untilLine } from '../helpers/drain-run.ts';
import type { ClusterFactory, TestCluster } from './cluster.ts';
import { assertEmptied, assertOneZone, type DrainBench, drainBench, drained } from './drain-bench.ts';
import { podDisruptionBudget, type Simulation } from './fixtures.ts';

const NAMESPACE = 'drain-trouble';
const REPLICAS = 6;
/** Long enough to be met in the middle. */
const SLOW: Simulation = { start: '600ms', flush: '200ms' };

/** Drains that do not run through. */
export function drainTroubleSuite(factory: ClusterFactory): void {
  describe('drain: interrupts and faults', () => {
    let cluster: TestCluster;
    let bench: DrainBench;

    before(async () => {
      cluster = await factory();
      bench = await drainBench(cluster, NAMESPACE);
    });
    after(() => cluster.stop());

    it('can be interrupted in the second zone, says what it leaves, and goes on', async (t) => {
      t.after(bench.clear);
      await bench.settled({ name: 'broken-off', replicas: REPLICAS, simulation: SLOW });
      const witness = await bench.witness(t, 'broken-off');
      const [first = '', second = ''] = bench.zones;
      const words = [...bench.old, '--yes'];
      const run = bench.start(t, words);
      await untilLine(run, 'pod-evicted', ({ zone }) => zone === second);
      run.interrupt();
      const { lines, stderr } = await drained(run, 130);
      const left = [...bench.oldOf(first), ...bench.oldOf(second)].sort();
      assert.deepEqual(await bench.cordoned(), left);
      const finished = lines.at(-1);
      assert.ok(finished?.type === 'finished');
      assert.equal(finished.outcome, 'interrupted');
      assert.deepEqual([...finished.summary.cordoned].sort(), left);
      assert.match(stderr, /4 nodes are left cordoned: /);
      assert.match(stderr, /to continue: kubectl zone drain /);
      assert.match(stderr, /to undo: +kubectl uncordon /);
      for (const node of left) assert.ok(stderr.includes(node), `${node} is not named`);

      // A new process does not know who took pods down that no zone budget covers, and would not wait for them.
      await cluster.waitReady('StatefulSet', 'broken-off', NAMESPACE);
      const again = await drained(bench.start(t, words), 0);
      assert.ok(!linesOf(again.lines, 'zone-begun').some(({ zone }) => zone === first));
      await assertEmptied(bench, 'broken-off', { replicas: REPLICAS });
      await assertOneZone(witness);
    });

    it('stops at --timeout, and gives back what it did not finish with --uncordon-on-failure', async (t) => {
      t.after(bench.clear);
      await bench.settled({ name: 'timed', replicas: REPLICAS });
      await cluster.apply(podDisruptionBudget({ name: 'timed', namespace: NAMESPACE, maxUnavailable: 0 }));
      await bench.kubectl('wait', 'pdb/timed', '--for=jsonpath={.status.currentHealthy}=6', '--timeout=60s');
      const words = [...bench.old, '--timeout=5s', '--yes'];
      const kept = await drained(bench.start(t, words), 3);
      assert.match(kept.stdout, /not finished within --timeout 5s/);
      assert.deepEqual(await bench.cordoned(), bench.oldOf(bench.zones[0] ?? ''));

      // What somebody else has cordoned is not ours to give back.
      await cluster.kubectl(['uncordon', bench.old[0] ?? '']);
      const given = await drained(bench.start(t, [...words, '--uncordon-on-failure']), 3);
      assert.deepEqual(await bench.cordoned(), [bench.old[1]]);
      assert.ok(linesOf(given.lines, 'notice').some(({ message }) => message.startsWith('uncordoned again')));
    });

    it('goes on when a node disappears', async (t) => {
      t.after(bench.clear);
      await bench.settled({ name: 'bereft', replicas: REPLICAS, simulation: SLOW });
      const node = 'short-lived';
      const zone = bench.zones[2] ?? '';
      const labels = { 'topology.kubernetes.io/zone': zone, 'kubernetes.io/hostname': node };
      await cluster.apply({ apiVersion: 'v1', kind: 'Node', metadata: { name: node, labels }, spec: {} });
      t.after(() => cluster.kubectl(['delete', 'node', node, '--ignore-not-found']));
      const run = bench.start(t, [...bench.old, node, '--yes']);
      await untilLine(run, 'pod-evicted');
      await cluster.kubectl(['delete', 'node', node]);
      const { lines } = await drained(run, 0);
      assert.ok(!linesOf(lines, 'node-cordoned').some((line) => line.node === node));
      await assertEmptied(bench, 'bereft', { replicas: REPLICAS });
    });

    it('outlives an API server that restarts', async (t) => {
      t.after(bench.clear);
      await bench.settled({ name: 'restarted', replicas: REPLICAS, simulation: SLOW });
      const run = bench.start(t, [...bench.old, '--yes']);
      await untilLine(run, 'pod-evicted', ({ zone }) => zone === bench.zones[1]);
      await cluster.restartApiServer(500);
      const { lines } = await drained(run, 0);
      const types = lines.map(({ type }) => type);
      assert.ok(types.lastIndexOf('connection-lost') <= types.lastIndexOf('connection-restored'));
      await cluster.waitReady('StatefulSet', 'restarted', NAMESPACE);
      await assertEmptied(bench, 'restarted', { replicas: REPLICAS });
      const finished = lines.at(-1);
      assert.ok(finished?.type === 'finished');
      assert.equal(finished.summary.zonesDownTogether, 0);
    });
  });
}
