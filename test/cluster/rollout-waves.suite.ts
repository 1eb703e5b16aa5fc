import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import * as z from 'zod/mini';
import { type PluginRun, wavesIn } from '../helpers/plugin-run.ts';
import type { ClusterFactory, TestCluster } from './cluster.ts';
import { namespace } from './fixtures.ts';
import { statefulSetNamed } from './observe.ts';
import {
  assertOneZoneAtATime,
  ended,
  expectedWaves,
  type RolloutBench,
  rolloutBench,
} from './rollout-bench.ts';

const NAMESPACE = 'waves';

/** The API server's answers carry whole seconds, so its clock is known to about one. Load makes events later only. */
const CLOCK_MS = 1000;

/** Since when each pod is Ready: a name and a time per line. */
const READY_TIMES =
  'jsonpath={range .items[*]}{.metadata.name} {.status.conditions[?(@.type=="Ready")].lastTransitionTime}{"\\n"}{end}';

const timedEventSchema = z.object({
  type: z.string(),
  time: z.string(),
  pod: z.optional(z.string()),
  wave: z.optional(z.number()),
});

function timedEvents({ stdout }: PluginRun) {
  return stdout.lines
    .map((line) => timedEventSchema.parse(JSON.parse(line)))
    .map(({ time, ...event }) => ({ ...event, atMs: Date.parse(time) }));
}

/** Waves, their order and growth, and what a rollout leaves behind. */
export function rolloutWavesSuite(factory: ClusterFactory): void {
  describe('rollout: waves', () => {
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

    it('takes 30 pods zone by zone in waves of 1, 2, 4, …, and then has nothing to do', async () => {
      await bench.stale({ name: 'ingester', replicas: 30 });
      const old = await bench.pods('ingester');
      const witness = await bench.witness('ingester');

      const { events } = await ended(bench.start('ingester'), 0);

      await assertOneZoneAtATime(witness, 8);
      assert.deepEqual(wavesIn(events), expectedWaves(old, { most: 8 }));
      assert.deepEqual(
        wavesIn(events).map(({ pods }) => pods.length),
        [1, 2, 4, 3, 8, 2, 8, 2],
      );
      const { summary, outcome } = events.at(-1) ?? {};
      assert.equal(outcome, 'done');
      assert.deepEqual(summary, { waves: 8, podsReplaced: 30, mostPodsDown: 8, zonesDownTogether: 0 });

      const { currentRevision, updateRevision } = await statefulSetNamed(cluster, NAMESPACE, 'ingester');
      assert.equal(currentRevision, updateRevision);
      const pods = await bench.pods('ingester');
      assert.ok(pods.every(({ revision }) => revision === updateRevision));
      assert.ok(pods.every(({ uid }) => old.every((each) => each.uid !== uid)));
      const lease = await bench.lease('ingester');
      assert.deepEqual([lease?.state, lease?.holder], ['done', '']);

      const versions = await bench.versions('ingester');
      const again = await ended(bench.start('ingester'), 0);
      assert.deepEqual(
        again.events.map(({ type }) => type),
        ['started', 'finished'],
      );
      assert.equal(await bench.versions('ingester'), versions);
    });

    it('takes pods one by one with factor 1, and --max-unavailable at once with factor 0', async () => {
      await bench.stale({ name: 'steady', replicas: 6 });
      const pods = await bench.pods('steady');
      const one = await ended(
        bench.start('steady', '--exponential-factor', '1', '--max-unavailable', '2'),
        0,
      );
      assert.deepEqual(wavesIn(one.events), expectedWaves(pods, { most: 2, factor: 1 }));

      await bench.apply({ name: 'steady', replicas: 6, image: 'app:v3' });
      const witness = await bench.witness('steady');
      const { events } = await ended(
        bench.start('steady', '--exponential-factor', '0', '--max-unavailable', '34%'),
        0,
      );
      // 34 % of 6 is 2.04, rounded up 3: a whole zone of 2 at once.
      assert.deepEqual(wavesIn(events), expectedWaves(pods, { most: 3, factor: 0 }));
      await assertOneZoneAtATime(witness, 2);
    });

    it('begins with the zones of --zone-order, the others follow by name', async () => {
      await bench.stale({ name: 'ordered', replicas: 6 });
      const pods = await bench.pods('ordered');
      const witness = await bench.witness('ordered');
      const { events } = await ended(bench.start('ordered', '--zone-order', 'zone-c'), 0);
      assert.deepEqual(
        wavesIn(events),
        expectedWaves(pods, { most: 2, zones: ['zone-c', 'zone-a', 'zone-b'] }),
      );
      await assertOneZoneAtATime(witness, 2);
    });

    it('refills as soon as a pod is back with --pacing stream', async () => {
      await bench.stale({ name: 'flowing', replicas: 18, simulation: { start: '50ms', startMax: '400ms' } });
      const witness = await bench.witness('flowing');
      const { events } = await ended(
        bench.start('flowing', '--pacing', 'stream', '--max-unavailable', '4'),
        0,
      );
      await assertOneZoneAtATime(witness, 4);
      const waves = wavesIn(events);
      assert.deepEqual(
        waves.map(({ wave }) => wave),
        waves.map((_, index) => index + 1),
      );
      assert.equal(new Set(waves.flatMap(({ pods }) => pods)).size, 18);
      const refills = waves.filter(({ pods }, index) => {
        const begun = events.findIndex((event) => event.type === 'wave-begun' && event.wave === index + 1);
        const out = new Set<string>();
        for (const event of events.slice(0, begun)) {
          if (event.type === 'pod-evicted') out.add(event.pod ?? '');
          if (event.type === 'pod-back') out.delete(event.pod ?? '');
        }
        return pods.length > 0 && out.size > 0;
      });
      assert.ok(refills.length > 0, 'every wave waited for the whole one before it');
    });

    it('soaks each zone before the next one, also with --min-ready', async () => {
      await bench.stale({ name: 'patient', replicas: 3 });
      const witness = await bench.witness('patient');
      const run = bench.start('patient', '--soak', '3s', '--min-ready', '1s');
      const { events } = await ended(run, 0);
      await assertOneZoneAtATime(witness, 1);
      // On a busy machine one soak may be over before it is looked at: then nothing is reported about it.
      assert.ok(events.some((event) => event.type === 'waiting' && event.for === 'soak'));
      const timed = timedEvents(run);
      for (const wave of [2, 3]) {
        const begun = timed.findIndex((event) => event.type === 'wave-begun' && event.wave === wave);
        const back = timed.slice(0, begun).findLast(({ type }) => type === 'pod-back');
        const soakedMs = (timed[begun]?.atMs ?? 0) - (back?.atMs ?? 0);
        assert.ok(back && soakedMs >= 3000 - CLOCK_MS, `wave ${wave} began after ${soakedMs} ms`);
      }
    });

    it('keeps the minReadySeconds of the StatefulSet', async () => {
      const minReadySeconds = 2;
      await bench.stale({ name: 'careful', replicas: 3, minReadySeconds });
      const run = bench.start('careful');
      await ended(run, 0);
      const backAtMs = new Map(
        timedEvents(run)
          .filter(({ type }) => type === 'pod-back')
          .map(({ pod, atMs }) => [pod, atMs]),
      );
      const ready = await bench.kubectl('get', 'pods', '-l', 'app=careful', '-o', READY_TIMES);
      const readySinceMs = ready
        .trim()
        .split('\n')
        .map((line) => line.split(' '))
        .map(([pod, time = '']) => ({ pod, ms: Date.parse(time) }));
      assert.equal(readySinceMs.length, 3);
      for (const { pod, ms } of readySinceMs) {
        const earliestMs = ms + minReadySeconds * 1000 - CLOCK_MS;
        assert.ok((backAtMs.get(pod) ?? 0) >= earliestMs, `${pod} counted before it was available`);
      }
    });
  });
}
