import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { linesOf } from '../helpers/drain-run.ts';
import type { ClusterFactory, TestCluster } from './cluster.ts';
import { assertEmptied, type DrainBench, drainBench, drained } from './drain-bench.ts';
import { statefulSet, ZONE_LABEL } from './fixtures.ts';

const NAMESPACE = 'drain-stuck';
/** No node comes by itself in a test. */
const SOON = '--pending-timeout=1s';

/** Pods that no node takes after they had to leave. */
export function drainStuckSuite(factory: ClusterFactory): void {
  describe('drain: pods that cannot come back', () => {
    let cluster: TestCluster;
    let bench: DrainBench;

    before(async () => {
      cluster = await factory();
      bench = await drainBench(cluster, NAMESPACE);
    });
    after(() => cluster.stop());

    it('stops before the next zone, says which node to uncordon, and goes on afterwards', async (t) => {
      t.after(bench.clear);
      const [first = '', second = ''] = bench.zones;
      await pinned('tied', first);
      const nodes = nodesOf(first);
      const words = [...nodes, ...bench.oldOf(second), '--yes'];

      const stopped = await drained(bench.start(t, [...words, SOON]), 3);
      const [blocked] = linesOf(stopped.lines, 'blocked');
      assert.equal(blocked?.by, 'unschedulable');
      assert.match(blocked.reason, /^no node can run tied-\d of zone-a, statefulset\/tied in drain-stuck: /);
      assert.match(blocked.reason, /0\/12 nodes are available: .*unschedulable/);
      assert.match(
        blocked.fix,
        /^kubectl uncordon \S+, or add a node that can run tied-\d, then run the same command/,
      );
      const node = /uncordon ([^\s,]+)/.exec(blocked.fix)?.[1] ?? '';
      assert.ok(nodes.includes(node), `${node} is not a node of ${first}`);
      assert.deepEqual(await bench.cordoned(), [...nodes].sort());
      assert.match(stopped.stderr, /to continue: /);

      const { code, stderr } = await cluster.kubectl(['uncordon', node]);
      assert.equal(code, 0, stderr);
      await cluster.waitReady('StatefulSet', 'tied', NAMESPACE);
      const others = words.filter((word) => word !== node);
      const { lines } = await drained(bench.start(t, [...others, SOON]), 0);
      assert.deepEqual(
        linesOf(lines, 'zone-begun').map(({ zone }) => zone),
        [second],
      );
      await assertEmptied(bench, 'tied', {
        nodes: others.filter((word) => word !== '--yes'),
        replicas: 3,
      });
    });

    const nodesOf = (zone: string) => [
      ...bench.oldOf(zone),
      ...bench.spare.filter((node) => bench.zoneOf(node) === zone),
    ];

    /** A StatefulSet all of whose pods belong to one zone, as volumes would have it. */
    const pinned = async (name: string, zone: string) => {
      const set = statefulSet({ name, namespace: NAMESPACE, replicas: 3 });
      const { template } = set.spec ?? {};
      const { topologySpreadConstraints: _, containers = [], ...spec } = template?.spec ?? {};
      const terms = [{ matchExpressions: [{ key: ZONE_LABEL, operator: 'In', values: [zone] }] }];
      const affinity = {
        nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: terms } },
      };
      await cluster.apply({
        ...set,
        spec: { ...set.spec, template: { ...template, spec: { ...spec, containers, affinity } } },
      });
      await cluster.waitReady('StatefulSet', name, NAMESPACE);
    };
  });
}
