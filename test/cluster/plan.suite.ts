import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import * as z from 'zod/mini';
import type { ClusterFactory, TestCluster } from './cluster.ts';
import { deployment, namespace } from './fixtures.ts';
import { ended, type RolloutBench, rolloutBench } from './rollout-bench.ts';

const NAMESPACE = 'plans';
const CORTEX = '--series 600000 --chunk-age 1h --entries-per-chunk 7 --flush-time 10m'.split(' ');

const PlanSchema = z.object({
  workload: z.object({ kind: z.string(), name: z.string() }),
  pods: z.number(),
  zones: z.array(z.object({ zone: z.string(), pods: z.number() })),
  startTime: z.object({ source: z.string(), pods: z.number() }),
  flushTime: z.object({ source: z.string(), bound: z.string(), ms: z.number(), pod: z.nullable(z.string()) }),
  store: z.nullable(z.object({ safePods: z.nullable(z.number()), allFlushing: z.number() })),
  choices: z.array(
    z.object({
      maxUnavailable: z.number(),
      exponentialFactor: z.number(),
      waves: z.number(),
      podsDown: z.number(),
      safe: z.nullable(z.boolean()),
    }),
  ),
  notes: z.array(z.string()),
});

/** `kubectl zone plan`, as it must be on every cluster. */
export function planSuite(factory: ClusterFactory): void {
  describe('kubectl zone plan', () => {
    let cluster: TestCluster;
    let bench: RolloutBench;

    before(async () => {
      cluster = await factory();
      await cluster.apply(namespace(NAMESPACE));
      bench = rolloutBench(cluster, NAMESPACE);
    });
    after(async () => {
      await bench.close();
      await cluster.stop();
    });

    const planned = (target: string, code: number, ...flags: string[]) =>
      bench.told(['plan', target, '-n', NAMESPACE, ...flags], code);
    const plan = async (target: string, ...flags: string[]) =>
      PlanSchema.parse(JSON.parse((await planned(target, 0, '-o', 'json', ...flags)).stdout));
    const THREE_EACH = ['zone-a', 'zone-b', 'zone-c'].map((zone) => ({ zone, pods: 3 }));

    it('shows the waves that the rollout then has, and changes nothing', async () => {
      await bench.stale({ name: 'told', replicas: 9 });
      const versions = await bench.versions('told');
      const { workload, zones, startTime, flushTime, choices, notes } = await plan('sts/told');
      assert.equal(await bench.versions('told'), versions);
      assert.deepEqual(workload, { kind: 'statefulset', name: 'told' });
      assert.deepEqual(zones, THREE_EACH);
      assert.deepEqual(startTime, { source: 'observed', pods: 9 });
      assert.deepEqual(flushTime, { source: 'grace-period', bound: 'at-most', ms: 30_000, pod: null });
      assert.deepEqual(notes, []);
      assert.deepEqual(
        choices.map(({ maxUnavailable, exponentialFactor, waves, podsDown }) => [
          maxUnavailable,
          exponentialFactor,
          waves,
          podsDown,
        ]),
        [
          [1, 2, 9, 1],
          [2, 2, 6, 2],
          [3, 2, 4, 3],
          [3, 0, 3, 3],
        ],
      );
      const { events } = await ended(bench.start('told', '--max-unavailable=3'), 0);
      assert.equal(events.at(-1)?.summary?.waves, choices[2]?.waves);
    });

    it('counts a pod that flushes now, and for how long', async () => {
      const simulation = { flush: '60s' };
      await bench.stale({ name: 'leaving', replicas: 3, simulation, terminationGracePeriodSeconds: 120 });
      await bench.kubectl('delete', 'pod', 'leaving-1', '--wait=false');
      const { pods, flushTime, choices } = await plan('sts/leaving');
      assert.deepEqual([pods, choices.length], [3, 1]);
      assert.deepEqual(
        [flushTime.source, flushTime.bound, flushTime.pod],
        ['terminating', 'at-least', 'leaving-1'],
      );
      assert.ok(flushTime.ms < 120_000);
    });

    it('knows the pods and zones of a Deployment', async () => {
      const simulation = { flush: '60s' };
      const grace = { terminationGracePeriodSeconds: 120 };
      await cluster.apply(
        deployment({ name: 'spread', namespace: NAMESPACE, replicas: 9, simulation, ...grace }),
      );
      await cluster.waitReady('Deployment', 'spread', NAMESPACE);
      const { workload, zones, choices, startTime } = await plan('deploy/spread');
      assert.deepEqual(workload, { kind: 'deployment', name: 'spread' });
      assert.deepEqual(zones, THREE_EACH);
      assert.equal(startTime.pods, 9);
      assert.deepEqual(
        choices.map(({ waves }) => waves),
        [9, 6, 4, 3],
      );

      const [first] = await bench.pods('spread');
      await bench.kubectl('delete', 'pod', first?.name ?? '', '--wait=false');
      const leaving = await plan('deploy/spread');
      assert.deepEqual([leaving.pods, leaving.flushTime.pod], [9, first?.name]);
    });

    it('shows the load on the store, and fails if no setting is safe', async () => {
      await bench.apply({ name: 'flusher', replicas: 9, image: 'app:v1' });
      await cluster.waitReady('StatefulSet', 'flusher', NAMESPACE);
      const { store, choices } = await plan('sts/flusher', ...CORTEX, '--write-capacity', '2800');
      assert.deepEqual([store?.safePods, Math.round(store?.allFlushing ?? 0)], [2, 8167]);
      assert.deepEqual(
        choices.map(({ podsDown, safe }) => [podsDown, safe]),
        [
          [1, true],
          [2, true],
          [3, false],
          [3, false],
        ],
      );
      const { stdout, stderr } = await planned('sts/flusher', 1, ...CORTEX, '--write-capacity', '1900');
      assert.match(stdout, /WRITES\/S +SAFE\n1 .* 1,944 +no\n/);
      assert.match(stderr, /no setting is safe: one flushing pod needs 1,944 writes\/s/);
    });

    it('names the existing workloads', async () => {
      const { stderr } = await planned('deploy/nobody', 1);
      assert.match(stderr, /deployment "nobody" not found in namespace "plans"/);
    });
  });
}
