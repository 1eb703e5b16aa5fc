import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { untilEvent, wavesIn } from '../helpers/plugin-run.ts';
import type { ClusterFactory, TestCluster } from './cluster.ts';
import { namespace } from './fixtures.ts';
import { assertOneZoneAtATime, ended, type RolloutBench, rolloutBench } from './rollout-bench.ts';

const NAMESPACE = 'restarts';

/** An API server that goes away in mid-rollout. */
export function rolloutRestartsSuite(factory: ClusterFactory): void {
  describe('rollout: API server restarts', () => {
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

    it('goes on by itself when the API server is back', async () => {
      await bench.stale({ name: 'patient', replicas: 12, simulation: { start: '300ms' } });
      const witness = await bench.witness('patient');
      const run = bench.start('patient', '--max-unavailable=2');
      await untilEvent(run, (event) => event.type === 'wave-begun' && event.wave === 2);
      await cluster.restartApiServer(1_500);
      const { events } = await ended(run, 0);
      await assertOneZoneAtATime(witness, 2);
      const types = events.map(({ type }) => type);
      assert.ok(types.includes('connection-lost') && types.includes('connection-restored'), types.join());
      const waves = wavesIn(events);
      assert.deepEqual(
        waves.map(({ wave }) => wave),
        waves.map((_, index) => index + 1),
      );
      assert.equal(new Set(waves.flatMap(({ pods }) => pods)).size, 12);
    });
  });
}
