import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { kubectlPath } from '../helpers/kubectl.ts';
import type { ClusterFactory, TestCluster } from './cluster.ts';
import { namespace } from './fixtures.ts';
import { ended, type RolloutBench, rolloutBench } from './rollout-bench.ts';

const NAMESPACE = 'dispatch';

/** kubectl finds the plugin on the PATH and hands everything through. */
export function rolloutDispatchSuite(factory: ClusterFactory): void {
  describe('rollout: through kubectl', () => {
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

    const kubectlZone = async (...words: string[]) => bench.spawn(['zone', ...words], await kubectlPath());

    it('rolls out with `kubectl zone rollout`', async () => {
      await bench.stale({ name: 'dispatched', replicas: 3 });
      const run = await kubectlZone(...bench.words('dispatched'));
      const { events } = await ended(run, 0);
      assert.equal(events.at(-1)?.summary?.podsReplaced, 3);
    });

    it('takes TYPE NAME as well as TYPE/NAME', async () => {
      await bench.stale({ name: 'spaced', replicas: 1 });
      const words = ['rollout', 'sts', 'spaced', '-n', NAMESPACE, '-o', 'json'];
      const { events } = await ended(await kubectlZone(...words), 0);
      assert.equal(events.at(-1)?.summary?.podsReplaced, 1);
    });

    it('hands the exit code and errors through', async () => {
      const { code, stdout, stderr } = await (await kubectlZone('rollout', 'sts/nowhere', '-n', NAMESPACE))
        .end;
      assert.deepEqual([code, stdout], [1, '']);
      assert.match(stderr, /^error: statefulset "nowhere" not found in namespace "dispatch"/);
      assert.equal((await (await kubectlZone('rollout')).end).code, 2);
    });

    it('stops safely when kubectl is interrupted', async () => {
      await bench.stale({ name: 'stopped', replicas: 3, simulation: { start: '300ms' } });
      const run = await kubectlZone('rollout', 'sts/stopped', '-n', NAMESPACE);
      await run.stdout.matches(/wave 1/);
      // kubectl has replaced itself with the plugin: the signal reaches it under the same process id.
      run.interrupt();
      assert.equal((await run.end).code, 130);
    });
  });
}
