import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { linesOf } from '../helpers/drain-run.ts';
import type { ClusterFactory, TestCluster } from './cluster.ts';
import { type DrainBench, drainBench, drained } from './drain-bench.ts';
import { statefulSet } from './fixtures.ts';
import { deletePods, waitThereIs } from './observe.ts';

const NAMESPACE = 'drain-broken';
const REPLICAS = 6;

/** A workload that has a pod down before the drain begins, and that nothing but the drain guards. */
export function drainBrokenSuite(factory: ClusterFactory): void {
  describe('drain: beside a zone that was broken before', () => {
    let cluster: TestCluster;
    let bench: DrainBench;

    before(async () => {
      cluster = await factory();
      bench = await drainBench(cluster, NAMESPACE);
    });
    after(() => cluster.stop());

    it('takes no pod of another zone, says which and why, and goes on with --ignore-broken', async (t) => {
      t.after(bench.clear);
      const set = { name: 'etcd', namespace: NAMESPACE, replicas: REPLICAS };
      await bench.settled(set);
      const [first = '', , last = ''] = bench.zones;
      const broken = (await bench.pods('etcd')).find((pod) => bench.zoneOf(pod.node ?? '') === last);
      assert.ok(broken);
      await cluster.apply(statefulSet({ ...set, image: 'app:broken' }));
      await deletePods(cluster, NAMESPACE, [broken.name]);
      await waitThereIs(cluster, `pod/${broken.name}`, '-n', NAMESPACE);
      await bench.kubectl('wait', `pod/${broken.name}`, '--for=condition=Ready=false', '--timeout=60s');
      // The others come back as they were.
      await cluster.apply(statefulSet(set));
      const before = (await bench.pods('etcd')).map(({ uid }) => uid).sort();

      const words = [...bench.oldOf(first), '--pending-timeout=1s', '--yes'];
      const { lines } = await drained(bench.start(t, words), 3);
      const [begun] = linesOf(lines, 'zone-begun');
      assert.match(
        begun?.reason ?? '',
        /healthy, except those that were not before the drain: statefulset\/etcd/,
      );
      const [blocked] = linesOf(lines, 'blocked');
      assert.equal(blocked?.by, 'broken');
      assert.ok(blocked.reason.includes(`${broken.name} of ${last} down, since before the drain`));
      assert.match(blocked.fix, /--ignore-broken drain-broken\/statefulset\/etcd$/);
      assert.deepEqual(linesOf(lines, 'pod-evicted'), []);
      assert.deepEqual((await bench.pods('etcd')).map(({ uid }) => uid).sort(), before);

      const flag = `--ignore-broken=${NAMESPACE}/sts/etcd`;
      const told = await drained(bench.start(t, [...words, flag]), 0);
      assert.equal(linesOf(told.lines, 'pod-evicted').length, 2);
      const finished = told.lines.at(-1);
      assert.ok(finished?.type === 'finished');
      assert.match(finished.reason, /drained; all workloads healthy, except .*statefulset\/etcd/);
    });
  });
}
