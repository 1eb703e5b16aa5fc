import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { untilEvent, wavesIn } from '../helpers/plugin-run.ts';
import type { ClusterFactory, TestCluster } from './cluster.ts';
import { namespace } from './fixtures.ts';
import { statefulSetNamed, waitObserved } from './observe.ts';
import {
  assertOneZoneAtATime,
  ended,
  expectedWaves,
  type RolloutBench,
  rolloutBench,
} from './rollout-bench.ts';

const NAMESPACE = 'revisions';

/** Templates and sizes that change while a rollout is half-way. */
export function rolloutRevisionsSuite(factory: ClusterFactory): void {
  describe('rollout: changes half-way', () => {
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

    const allUpdated = async (name: string, replicas: number) => {
      const { updateRevision } = await statefulSetNamed(cluster, NAMESPACE, name);
      const pods = await bench.pods(name);
      assert.deepEqual(
        pods.map(({ revision }) => revision),
        Array.from({ length: replicas }, () => updateRevision),
      );
    };
    const waveBegun = (number: number) => (event: { type: string; wave?: number | undefined }) =>
      event.type === 'wave-begun' && event.wave === number;

    it('rolls back exactly what was replaced, in the same order, from one pod on', async () => {
      await bench.stale({ name: 'undone', replicas: 9 });
      const witness = await bench.witness('undone');
      const forward = bench.start('undone', '--max-unavailable=1');
      await untilEvent(forward, ({ type, zone }) => type === 'pod-back' && zone === 'zone-b');
      forward.interrupt();
      await ended(forward, 130);
      await cluster.waitReady('StatefulSet', 'undone', NAMESPACE);

      const { updateRevision: bad } = await statefulSetNamed(cluster, NAMESPACE, 'undone');
      const replaced = (await bench.pods('undone')).filter(({ revision }) => revision === bad);
      assert.deepEqual([...new Set(replaced.map(({ zone }) => zone))].sort(), ['zone-a', 'zone-b']);
      assert.ok(replaced.length < 6, 'zone-b was replaced as a whole');

      await bench.kubectl('rollout', 'undo', 'statefulset/undone');
      await waitObserved(cluster, NAMESPACE, 'undone');
      const { events } = await ended(bench.start('undone', '--max-unavailable=3'), 0);
      assert.deepEqual(wavesIn(events), expectedWaves(replaced, { most: 3 }));
      await allUpdated('undone', 9);
      await assertOneZoneAtATime(witness, 3);
    });

    it('goes over to a newer template, and begins with one pod again', async () => {
      await bench.stale({ name: 'newer', replicas: 9 });
      const witness = await bench.witness('newer');
      const run = bench.start('newer', '--max-unavailable=3');
      await untilEvent(run, waveBegun(2));
      await bench.apply({ name: 'newer', replicas: 9, image: 'app:v3' });
      const { events } = await ended(run, 0);
      const changed = events.findIndex(({ type }) => type === 'revision-changed');
      assert.ok(changed > 0);
      const counted = wavesIn(events.slice(changed)).filter(({ wave }) => wave > 0);
      assert.deepEqual([counted[0]?.wave, counted[0]?.pods.length, counted[0]?.zone], [1, 1, 'zone-a']);
      for (const { wave, pods } of counted) assert.ok(pods.length <= 2 ** (wave - 1));
      await allUpdated('newer', 9);
      await assertOneZoneAtATime(witness, 3);
    });

    it('goes on when the StatefulSet grows', async () => {
      await bench.stale({ name: 'grown', replicas: 6 });
      const run = bench.start('grown', '--max-unavailable=2');
      await untilEvent(run, waveBegun(2));
      await bench.kubectl('scale', 'statefulset/grown', '--replicas=9');
      await ended(run, 0);
      await allUpdated('grown', 9);
    });

    it('goes on when the StatefulSet shrinks', async () => {
      await bench.stale({ name: 'shrunk', replicas: 9 });
      const run = bench.start('shrunk', '--max-unavailable=1');
      await untilEvent(run, waveBegun(2));
      await bench.kubectl('scale', 'statefulset/shrunk', '--replicas=6');
      await ended(run, 0);
      await cluster.waitReady('StatefulSet', 'shrunk', NAMESPACE);
      await bench.kubectl(
        'wait',
        'statefulset/shrunk',
        '--for=jsonpath={.status.replicas}=6',
        '--timeout=60s',
      );
      await allUpdated('shrunk', 6);
    });
  });
}
