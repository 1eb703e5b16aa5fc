import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { untilEvent } from '../helpers/plugin-run.ts';
import type { ClusterFactory, TestCluster } from './cluster.ts';
import { namespace } from './fixtures.ts';
import { assertOneZoneAtATime, ended, type RolloutBench, rolloutBench } from './rollout-bench.ts';

const NAMESPACE = 'frozen';

/** A process that is stopped for longer than its Lease, as by SIGSTOP or a laptop's lid, and then continued. */
export function rolloutFrozenSuite(factory: ClusterFactory): void {
  describe('rollout: a process that was stopped', () => {
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

    it('evicts nothing more once another has taken over, and says who', async () => {
      await bench.stale({ name: 'lid', replicas: 9, simulation: { start: '1s' } });
      const witness = await bench.witness('lid');
      const first = bench.spawn(bench.words('lid', '--max-unavailable=1'));
      await untilEvent(first, (event) => event.type === 'wave-begun' && event.wave === 3);
      first.signal('SIGSTOP');
      const second = bench.start('lid', '--max-unavailable=1');
      await untilEvent(second, ({ type }) => type === 'wave-begun');
      const taken = (await bench.lease('lid'))?.holder ?? '';
      const evictedBefore = first.stdout.text.split('"pod-evicted"').length;
      first.signal('SIGCONT');

      const { events } = await ended(first, 3);
      const { reason = '' } = events.at(-1) ?? {};
      assert.ok(reason.includes(`${taken} holds it now`), reason);
      const evictedAfter = first.stdout.text.split('"pod-evicted"').length;
      assert.ok(evictedAfter - evictedBefore <= 1, 'no answer but that of what was under way');
      await ended(second, 0);
      await assertOneZoneAtATime(witness, 1);
    });
  });
}
