import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { untilEvent, wavesIn } from '../helpers/plugin-run.ts';
import type { ClusterFactory, TestCluster } from './cluster.ts';
import { namespace } from './fixtures.ts';
import { assertOneZoneAtATime, ended, type RolloutBench, rolloutBench } from './rollout-bench.ts';

const NAMESPACE = 'ends';

/** The ways in which a rollout ends early, and that only one runs at a time. */
export function rolloutEndsSuite(factory: ClusterFactory): void {
  describe('rollout: ends', () => {
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

    it('stops safely on SIGINT, and the command it names goes on with the next wave', async () => {
      await bench.stale({ name: 'interrupted', replicas: 9 });
      const witness = await bench.witness('interrupted');
      const words = bench.words('interrupted', '--max-unavailable=3');
      const first = bench.spawn(words);
      await untilEvent(first, ({ type, wave }) => type === 'wave-begun' && wave === 2);
      first.interrupt();
      const interrupted = await ended(first, 130);

      const { outcome, reason } = interrupted.events.at(-1) ?? {};
      assert.equal(outcome, 'interrupted');
      assert.equal(reason, `continue with: kubectl zone ${words.join(' ')}`);
      const lease = await bench.lease('interrupted');
      assert.deepEqual([lease?.state, lease?.holder], ['interrupted', '']);

      const { events } = await ended(bench.spawn(words), 0);
      assert.equal(events[0]?.resumed, true);
      const waves = [...wavesIn(interrupted.events), ...wavesIn(events)];
      assert.deepEqual(
        waves.map(({ wave, pods }) => [wave, pods.length]),
        [
          [1, 1],
          [2, 2],
          [3, 3],
          [4, 3],
        ],
      );
      await assertOneZoneAtATime(witness, 3);
    });

    it('says in plain words that it is safe to leave, and how to go on', async () => {
      await bench.stale({ name: 'leaving', replicas: 3 });
      const words = ['rollout', 'sts/leaving', '-n', NAMESPACE];
      const run = bench.spawn(words);
      await run.stdout.matches(/wave 1 in zone-a/);
      run.interrupt();
      const { code, stdout } = await run.end;
      assert.equal(code, 130);
      assert.match(stdout, /interrupted safely: continue with: kubectl zone rollout sts\/leaving -n ends/);
    });

    it('ends with 3 after --timeout', async () => {
      await bench.stale({ name: 'slow', replicas: 3 });
      await bench.apply({ name: 'slow', replicas: 3, image: 'app:broken' });
      const { events } = await ended(bench.start('slow', '--timeout', '1s'), 3);
      const { outcome, reason } = events.at(-1) ?? {};
      assert.equal(outcome, 'stopped');
      assert.match(
        reason ?? '',
        /^not finished within --timeout 1s; continue with: kubectl zone rollout sts\/slow/,
      );
      const lease = await bench.lease('slow');
      assert.deepEqual([lease?.state, lease?.holder], ['stopped', '']);
    });

    it('refuses a second operator and names the first, who goes on undisturbed', async () => {
      await bench.stale({ name: 'contested', replicas: 6 });
      const witness = await bench.witness('contested');
      const first = bench.spawn(bench.words('contested', '--soak=1h'));
      await untilEvent(first, ({ type }) => type === 'wave-begun');
      const holder = (await bench.lease('contested'))?.holder ?? '';

      const second = await bench.spawn(bench.words('contested')).end;
      assert.equal(second.code, 1);
      assert.match(second.stderr, /statefulset\/contested is already being rolled out/);
      assert.ok(holder !== '' && second.stderr.includes(holder), second.stderr);

      await untilEvent(first, (event) => event.type === 'waiting' && event.for === 'soak');
      assert.equal((await bench.lease('contested'))?.holder, holder);
      first.interrupt();
      const { events } = await ended(first, 130);
      assert.equal(events.at(-1)?.summary?.podsReplaced, 2);
      await ended(bench.spawn(bench.words('contested')), 0);
      await assertOneZoneAtATime(witness, 2);
    });

    it('lets exactly one of two begin that start together', async () => {
      await bench.stale({ name: 'raced', replicas: 6 });
      const witness = await bench.witness('raced');
      const runs = [1, 2].map(() => bench.spawn(bench.words('raced', '--soak=1h')));
      const firstOut = await Promise.race(
        runs.map((run, index) => run.end.then(({ code }) => ({ code, index }))),
      );
      assert.equal(firstOut.code, 1);
      const other = runs[1 - firstOut.index];
      other?.interrupt();
      assert.equal((await other?.end)?.code, 130);
      await assertOneZoneAtATime(witness, 2);
    });

    it('fails when the StatefulSet is deleted under it', async () => {
      await bench.stale({ name: 'doomed', replicas: 3, simulation: { start: '1s' } });
      const run = bench.start('doomed');
      await untilEvent(run, ({ type }) => type === 'wave-begun');
      await bench.kubectl('delete', 'statefulset', 'doomed', '--wait=false');
      const { events } = await ended(run, 1);
      assert.match(events.at(-1)?.reason ?? '', /statefulset\/doomed was deleted/);
    });
  });
}
