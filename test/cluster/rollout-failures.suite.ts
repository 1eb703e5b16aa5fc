import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import * as z from 'zod/mini';
import { wavesIn } from '../helpers/plugin-run.ts';
import type { ClusterFactory, TestCluster } from './cluster.ts';
import { namespace } from './fixtures.ts';
import { ended, type RolloutBench, rolloutBench } from './rollout-bench.ts';

const NAMESPACE = 'failures';

const failedPodsSchema = z.object({
  type: z.literal('failed-pods'),
  failed: z.array(
    z.object({
      pod: z.string(),
      problem: z.string(),
      containers: z.array(z.object({ name: z.string(), ready: z.boolean(), state: z.optional(z.string()) })),
    }),
  ),
  maxFailed: z.number(),
  podTimeoutMs: z.number(),
});

/** A rollout that goes wrong ends by itself, and what it did stands in the workload's Events. */
export function rolloutFailuresSuite(factory: ClusterFactory): void {
  describe('rollout: failures', () => {
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

    it('stops when more new pods than --max-failed are not Ready in time, and says which and why', async () => {
      await bench.stale({ name: 'bad', replicas: 9, simulation: { brokenIn: 'zone-b' } });
      const run = bench.start('bad', '--max-unavailable=2', '--max-failed=1', '--pod-timeout=3s');
      const { events, stdout } = await ended(run, 3);
      const [last] = wavesIn(events).slice(-1);
      assert.equal(last?.zone, 'zone-b');
      assert.equal(
        last?.pods.length,
        2,
        'the budget allows one failed pod, so that the wave had to have two',
      );

      const line = stdout.split('\n').find((each) => each.includes('"failed-pods"')) ?? '{}';
      const { failed, maxFailed, podTimeoutMs } = failedPodsSchema.parse(JSON.parse(line));
      assert.deepEqual(failed.map(({ pod }) => pod).sort(), [...last.pods].sort());
      assert.deepEqual([maxFailed, podTimeoutMs], [1, 3_000]);
      assert.deepEqual(
        failed.map(({ problem, containers: [container] }) => [problem, container?.name, container?.ready]),
        failed.map(() => ['ImagePullBackOff', 'main', false]),
      );

      const { outcome, reason = '' } = events.at(-1) ?? {};
      assert.equal(outcome, 'stopped');
      assert.match(reason, /^2 pods not Ready within --pod-timeout 3s, --max-failed is 1\n/);
      for (const pod of last.pods) {
        const why = `\n${pod} (ImagePullBackOff): container main: Back-off pulling image "app:v2"`;
        assert.ok(reason.includes(why), reason);
      }
      // Its image was never there, so that the container never ran and has no log.
      assert.doesNotMatch(reason, /log line/);
      assert.match(reason, /\ncontinue with: kubectl zone rollout/);
      const lease = await bench.lease('bad');
      assert.deepEqual([lease?.state, lease?.reason], ['stopped', reason]);

      // The time counts from the pods' creation: another process finds the same and touches nothing.
      const again = await ended(bench.start('bad', '--pod-timeout=3s'), 3);
      assert.deepEqual(wavesIn(again.events), []);
    });

    it('leaves Events on the workload, which kubectl shows', async () => {
      const name = 'told';
      await bench.stale({ name, replicas: 6 });
      const run = bench.start(name);
      const { events } = await ended(run, 0);
      assert.deepEqual(
        events.filter(({ type }) => type === 'notice'),
        [],
      );
      const listed = await bench.kubectl('events', '--for', `statefulset/${name}`);
      const described = await bench.kubectl('describe', 'statefulset', name);
      for (const text of [listed, described]) {
        assert.match(
          text,
          /Normal +RolloutStarted .*6 of 6 pods to replace with revision told-\w+, by operator@test/,
        );
        for (const zone of ['zone-a', 'zone-b', 'zone-c']) {
          assert.match(text, new RegExp(`Normal +ZoneFinished .*${zone} finished: 2 pods in`));
        }
        assert.match(text, /Normal +RolloutDone .*all 6 pods are on the update revision/);
      }
    });

    it('tells in Events why it is held, that it goes on, and that it was stopped', async () => {
      const name = 'steered';
      await bench.stale({ name, replicas: 6 });
      const steer = (verb: string) => bench.told(['rollout', verb, `sts/${name}`, '-n', NAMESPACE], 0);
      const run = bench.start(name, '--max-unavailable=1');
      await run.stdout.until(({ lines }) => lines.find((line) => line.includes('"wave-begun"')));
      await steer('pause');
      await run.stdout.until(({ lines }) => lines.find((line) => line.includes('"for":"gate"')));
      const waves = () => run.stdout.text.split('"wave-begun"').length;
      const before = waves();
      await steer('resume');
      await run.stdout.until(() => (waves() > before ? true : undefined));
      await steer('abort');
      await ended(run, 3);
      const listed = await bench.kubectl('events', '--for', `statefulset/${name}`);
      assert.match(listed, /Warning +RolloutWaiting .*paused by/);
      assert.match(listed, /Normal +RolloutResumed /);
      assert.match(listed, /Warning +RolloutStopped .*aborted by/);
    });
  });
}
