import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import * as z from 'zod/mini';
import { runInProcess } from '../helpers/context.ts';
import { eventsIn, type PluginEvent, untilEvent, wavesIn } from '../helpers/plugin-run.ts';
import type { ClusterFactory, TestCluster } from './cluster.ts';
import { namespace } from './fixtures.ts';
import { assertOneZoneAtATime, ended, type RolloutBench, rolloutBench } from './rollout-bench.ts';

const NAMESPACE = 'steering';

const statusSchema = z.object({
  state: z.string(),
  reason: z.string(),
  holder: z.string(),
  updated: z.number(),
});

const historySchema = z.object({
  revisions: z.array(
    z.object({ revision: z.number(), pods: z.number(), images: z.array(z.string()), state: z.string() }),
  ),
  last: z.optional(z.object({ state: z.string() })),
});

/** Orders from another terminal. */
export function rolloutSteeringSuite(factory: ClusterFactory): void {
  describe('rollout: steering', () => {
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

    const steer = (verb: string, name: string, code = 0, ...flags: string[]) =>
      bench.told(['rollout', verb, `sts/${name}`, '-n', NAMESPACE, ...flags], code);
    const isHeld = ({ type, for: what }: PluginEvent) => type === 'waiting' && what === 'gate';

    it('holds while it is paused, says who paused it and why, and goes on when it is resumed', async () => {
      await bench.stale({ name: 'paused', replicas: 9 });
      const witness = await bench.witness('paused');
      const run = bench.start('paused', '--max-unavailable=3');
      await untilEvent(run, ({ type }) => type === 'wave-begun');
      await steer('pause', 'paused', 0, '--reason', 'the store is slow');
      const { reason } = await untilEvent(run, isHeld);
      assert.match(reason ?? '', /^paused by .*: the store is slow; resume with: kubectl/);
      await bench.leaseState('paused', 'held');
      const lease = await bench.lease('paused');
      assert.deepEqual([lease?.state, lease?.reason], ['held', reason]);
      const again = await steer('pause', 'paused');
      assert.match(again.stdout, /was already paused/);

      await steer('resume', 'paused');
      const { events } = await ended(run, 0);
      const held = events.findIndex(isHeld);
      assert.ok(wavesIn(events.slice(held)).length > 0, 'no wave was left when it was paused');
      await assertOneZoneAtATime(witness, 3);
    });

    it('is seen from another terminal: who, where, why not, and when it is done', async () => {
      await bench.stale({ name: 'seen', replicas: 6 });
      const status = async (...flags: string[]) => {
        const { stdout } = await steer('status', 'seen', 0, '--watch=false', '-o', 'json', ...flags);
        return statusSchema.parse(JSON.parse(stdout.trim().split('\n').at(-1) ?? ''));
      };
      assert.deepEqual(await status().then(({ state, updated }) => [state, updated]), ['idle', 0]);

      const run = bench.start('seen');
      await untilEvent(run, ({ type }) => type === 'wave-begun');
      await steer('pause', 'seen');
      await bench.leaseState('seen', 'held');
      const held = await status();
      assert.equal(held.state, 'held');
      assert.match(held.reason, /^paused/);
      assert.match(held.holder, /@/);
      const told = await steer('status', 'seen', 0, '--watch=false');
      assert.match(
        told.stdout,
        /^statefulset\/seen: waiting, \d of 6 pods on revision .*\nby: .*\nwhy: paused by/,
      );
      assert.match(told.stdout, /ZONE +PODS +UPDATED +DOWN +PHASE/);
      const late = await steer('status', 'seen', 3, '--timeout', '1s');
      assert.match(late.stdout, /not done within --timeout 1s/);

      const watched = bench.told(['rollout', 'status', 'sts/seen', '-n', NAMESPACE, '-o', 'json'], 0);
      await steer('resume', 'seen');
      await ended(run, 0);
      const { stdout } = await watched;
      const events = eventsIn(stdout.split('\n'));
      assert.equal(events.at(-1)?.outcome, 'done');
      assert.ok(wavesIn(events).length > 0);
      assert.deepEqual(await status().then(({ state, updated }) => [state, updated]), ['done', 6]);
    });

    it('has a history of revisions with their pods, and of how the last rollout ended', async () => {
      await bench.stale({ name: 'history', replicas: 3 });
      await ended(bench.start('history'), 0);
      const { stdout } = await steer('history', 'history', 0, '-o', 'json');
      const { revisions, last } = historySchema.parse(JSON.parse(stdout));
      assert.deepEqual(
        revisions.map(({ revision, pods, images, state }) => [revision, pods, images, state]),
        [
          [1, 0, ['app:v1'], ''],
          [2, 3, ['app:v2'], 'update'],
        ],
      );
      assert.equal(last?.state, 'done');
      const table = await steer('history', 'history');
      assert.match(table.stdout, /^REVISION +NAME +PODS +AGE +STATE +IMAGES/);
      assert.match(table.stdout, /last rollout: done/);
      const one = await steer('history', 'history', 0, '--revision=2');
      assert.match(
        one.stdout,
        /^statefulset\/history with revision #2 \(history-\w+\): 3 pods, the update revision\nChanges since revision 1:\n {2}spec\.containers\[main\]\.image: app:v1 → app:v2\n[\s\S]*Pod Template:\n[\s\S]*image: app:v2/,
      );
      const { stderr } = await steer('history', 'history', 1, '--revision=7');
      assert.match(stderr, /has no revision 7\n {2}the revisions are: 1, 2/);
    });

    it('is waited for by status, whose exit code says how it ended', async () => {
      await bench.stale({ name: 'awaited', replicas: 6 });
      const idle = await steer('status', 'awaited', 3);
      assert.match(idle.stdout, /^statefulset\/awaited: not being rolled out, 0 of 6/);
      assert.match(idle.stdout, /to roll it out: kubectl zone rollout sts\/awaited -n steering\n$/);

      const first = bench.start('awaited');
      await untilEvent(first, ({ type }) => type === 'wave-begun');
      await steer('pause', 'awaited');
      const words = ['rollout', 'status', 'sts/awaited', '-n', NAMESPACE];
      const stopped = runInProcess(cluster.kubeconfigPath, words);
      await stopped.stdout.matches(/held by|paused by/);
      await steer('abort', 'awaited');
      await ended(first, 3);
      assert.match((await ended(stopped, 3)).stdout, /aborted by/);

      const second = bench.start('awaited');
      const done = runInProcess(cluster.kubeconfigPath, [...words, '--timeout=2m', '-o', 'yaml']);
      await done.stdout.matches(/^---\ntime: '.*'\ntype: started\n/);
      await steer('resume', 'awaited');
      await ended(second, 0);
      assert.match((await ended(done, 0)).stdout, /---\ntime: '.*'\ntype: finished\noutcome: done\n/);
      assert.match((await steer('status', 'awaited')).stdout, /^statefulset\/awaited: done, 6 of 6/);
    });

    it('stays paused over the end of its process', async () => {
      await bench.stale({ name: 'overnight', replicas: 6 });
      const first = bench.start('overnight');
      await untilEvent(first, ({ type }) => type === 'wave-begun');
      await steer('pause', 'overnight');
      await untilEvent(first, isHeld);
      first.interrupt();
      await ended(first, 130);

      const second = bench.start('overnight');
      await untilEvent(second, isHeld);
      await steer('resume', 'overnight');
      const { events } = await ended(second, 0);
      const waves = events.findIndex(({ type }) => type === 'wave-begun');
      assert.ok(events.findIndex(isHeld) < waves, 'a wave began while it was paused');
    });

    it('ends where it is when it is aborted, and the same command goes on', async () => {
      await bench.stale({ name: 'aborted', replicas: 6 });
      const run = bench.start('aborted');
      await untilEvent(run, ({ type }) => type === 'wave-begun');
      const { stdout } = await steer('abort', 'aborted', 0, '--reason', 'wrong image');
      assert.match(stdout, /aborted; no more pods will be replaced/);
      const { events } = await ended(run, 3);
      const { outcome, reason } = events.at(-1) ?? {};
      assert.equal(outcome, 'stopped');
      assert.match(reason ?? '', /^aborted by .*: wrong image; continue with: kubectl zone rollout/);
      await ended(bench.start('aborted'), 0);
    });

    it('has nothing to pause or abort where no rollout is running, and says so', async () => {
      await bench.stale({ name: 'idle', replicas: 3 });
      for (const verb of ['pause', 'abort']) {
        const { stderr } = await steer(verb, 'idle', 1);
        assert.match(stderr, new RegExp(`is not being rolled out.*nothing to ${verb}`));
      }
      const { stdout } = await steer('resume', 'idle');
      assert.match(stdout, /was not paused/);
      const { stderr } = await steer('pause', 'nobody', 1);
      assert.match(stderr, /statefulset "nobody" not found/);
    });
  });
}
