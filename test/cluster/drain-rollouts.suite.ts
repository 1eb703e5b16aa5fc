import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { linesOf, untilLine } from '../helpers/drain-run.ts';
import { untilEvent } from '../helpers/plugin-run.ts';
import type { ClusterFactory, TestCluster } from './cluster.ts';
import { assertEmptied, assertOneZone, type DrainBench, drainBench, drained } from './drain-bench.ts';
import { podDisruptionBudget } from './fixtures.ts';
import { ended, rolloutBench } from './rollout-bench.ts';

const NAMESPACE = 'drain-rollouts';
const REPLICAS = 6;

/** Where no webhook keeps a drain and a rollout in one zone. */
export function drainRolloutsSuite(factory: ClusterFactory): void {
  describe('drain: next to a rollout, without a webhook', () => {
    let cluster: TestCluster;
    let bench: DrainBench;

    before(async () => {
      cluster = await factory();
      bench = await drainBench(cluster, NAMESPACE);
    });
    after(() => cluster.stop());

    it('keeps two drains of different zones apart; the second names the first and follows it', async (t) => {
      t.after(bench.clear);
      await bench.settled({ name: 'twice', replicas: REPLICAS, simulation: { start: '1s', flush: '100ms' } });
      const witness = await bench.witness(t, 'twice');
      const [first = '', second = ''] = bench.zones;
      const runs = [first, second].map((zone) => bench.start(t, [...bench.oldOf(zone), '--yes']));
      const ends = await Promise.all(runs.map((run) => drained(run, 0)));
      const waits = ends.flatMap(({ lines }) => linesOf(lines, 'waiting'));
      assert.ok(
        waits.some(({ for: what, reason }) => what === 'rollout' && reason.includes('is being drained by')),
      );
      await assertOneZone(witness);
      await assertEmptied(bench, 'twice', {
        nodes: [...bench.oldOf(first), ...bench.oldOf(second)],
        replicas: REPLICAS,
      });
    });

    it('sees who rolls the workload out, waits for the end, and goes on', async (t) => {
      t.after(bench.clear);
      const rollouts = rolloutBench(cluster, NAMESPACE);
      t.after(() => rollouts.close());
      const budget = { name: 'busy', namespace: NAMESPACE };
      await bench.settled({ name: 'busy', replicas: REPLICAS });
      // As long as it is closed, the rollout holds its Lease and waits.
      await cluster.apply(podDisruptionBudget({ ...budget, maxUnavailable: 0 }));
      await bench.kubectl('wait', 'pdb/busy', '--for=jsonpath={.status.currentHealthy}=6', '--timeout=60s');
      await rollouts.apply({ name: 'busy', replicas: REPLICAS, image: 'app:v2' });
      const witness = await bench.witness(t, 'busy');
      const rollout = rollouts.start('busy', '--max-unavailable=2');
      await untilEvent(rollout, ({ type }) => type === 'eviction-refused');
      const holder = (await rollouts.lease('busy'))?.holder ?? '';

      const nodes = bench.oldOf(bench.zones[1] ?? '');
      const run = bench.start(t, [...nodes, '--yes']);
      const waiting = await untilLine(run, 'waiting');
      assert.equal(waiting.for, 'rollout');
      assert.ok(holder !== '' && waiting.reason.includes(holder), waiting.reason);
      await cluster.apply(podDisruptionBudget({ ...budget, maxUnavailable: 2 }));
      await ended(rollout, 0);
      const { lines } = await drained(run, 0);
      await assertEmptied(bench, 'busy', { nodes, replicas: REPLICAS });
      await assertOneZone(witness);
      assert.ok(
        linesOf(lines, 'notice').some(
          ({ message }) =>
            message ===
            `statefulset/busy of ${NAMESPACE} is being rolled out by ${holder}: its pods wait until that has finished`,
        ),
      );
    });
  });
}
