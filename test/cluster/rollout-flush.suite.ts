import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { untilEvent, wavesIn } from '../helpers/plugin-run.ts';
import type { ClusterFactory, TestCluster } from './cluster.ts';
import { namespace } from './fixtures.ts';
import { assertOneZoneAtATime, ended, type RolloutBench, rolloutBench } from './rollout-bench.ts';

const NAMESPACE = 'flush';
const FLUSH = 'sim.kubectl-zone.dev/flush';
const LONG = { terminationGracePeriodSeconds: 2400, simulation: { flush: '30m' } };

/** Pods that write their memory to a store when they exit: few at a time, and none of them cut off unseen. */
export function rolloutFlushSuite(factory: ClusterFactory): void {
  describe('rollout: pods that flush', () => {
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

    /** From now on these pods flush for so long; one that terminates already does not hear of it. */
    const setFlush = (pods: readonly string[], duration: string) =>
      bench.kubectl('annotate', '--overwrite', 'pod', ...pods, `${FLUSH}=${duration}`);
    const namesOf = async (name: string) => (await bench.pods(name)).map((pod) => pod.name);

    for (const pacing of ['wave', 'stream']) {
      it(`never lets more of them leave than --max-leaving, with pacing ${pacing}`, async () => {
        const name = `limited-${pacing}`;
        const simulation = { flush: '100ms', flushMax: '400ms', startMax: '400ms' };
        await bench.stale({ name, replicas: 12, simulation });
        const witness = await bench.witness(name);
        const flags = ['--max-unavailable=4', '--exponential-factor=0', `--pacing=${pacing}`];
        const { events } = await ended(bench.start(name, '--flush', '--max-leaving=2', ...flags), 0);
        const { podsTerminating, zonesTogether } = await witness.testimony();
        assert.equal(podsTerminating, 2, 'the limit is used, and kept');
        assert.equal(zonesTogether, 1);
        assert.equal(events.at(-1)?.summary?.podsReplaced, 12);
      });
    }

    it('lets one leave at a time with --flush, however many may be down', async () => {
      const name = 'single';
      await bench.stale({ name, replicas: 6, simulation: { flush: '200ms' } });
      const witness = await bench.witness(name);
      const { events } = await ended(
        bench.start(name, '--flush', '--max-unavailable=2', '--exponential-factor=0'),
        0,
      );
      assert.equal((await witness.testimony()).podsTerminating, 1);
      assert.deepEqual(
        wavesIn(events).map(({ pods }) => pods.length),
        [2, 2, 2],
        'a wave is told with all its pods',
      );
    });

    it('waits while a pod that somebody else has deleted in another zone flushes, and says for how long', async () => {
      const name = 'foreign';
      await bench.stale({ name, replicas: 3, ...LONG });
      const pods = await bench.pods(name);
      const last = pods.find(({ zone }) => zone === 'zone-c')?.name ?? '';
      const others = pods.map((pod) => pod.name).filter((pod) => pod !== last);
      await setFlush(others, '50ms');
      await bench.kubectl('delete', 'pod', last, '--wait=false');
      const run = bench.start(name, '--max-leaving=1', '--max-failed=0', '--pod-timeout=3s');
      const { reason, pods: awaited } = await untilEvent(run, ({ type }) => type === 'waiting');
      assert.deepEqual(awaited, [last]);
      assert.match(reason ?? '', /terminating for \d+s, (39m \d\ds|40m 00s) of its grace period left/);

      // Nothing of this is a failure: the rollout is still there when the pod has gone.
      await bench.kubectl('delete', 'pod', last, '--grace-period=0', '--force');
      const { events } = await ended(run, 0);
      const first = wavesIn(events).at(0);
      assert.equal(first?.zone, 'zone-a');
      const killed = events.filter(({ type }) => type === 'pod-killed');
      assert.deepEqual(
        killed.map(({ pod }) => pod),
        [last],
        'told, but it holds only a rollout of pods that flush',
      );
    });

    it('stops when a pod is killed at the end of its grace period, until the operator accepts that', async () => {
      const name = 'killed';
      const simulation = { flush: '30m' };
      await bench.stale({ name, replicas: 3, terminationGracePeriodSeconds: 1, simulation });
      const first = (await bench.pods(name)).find(({ zone }) => zone === 'zone-a')?.name ?? '';
      const others = (await namesOf(name)).filter((pod) => pod !== first);
      await setFlush(others, '50ms');

      const { events } = await ended(bench.start(name, '--flush'), 3);
      const killed = events.filter(({ type }) => type === 'pod-killed');
      assert.deepEqual(
        killed.map(({ pod, zone }) => [pod, zone]),
        [[first, 'zone-a']],
      );
      const { outcome, reason = '' } = events.at(-1) ?? {};
      assert.equal(outcome, 'stopped');
      assert.match(
        reason,
        new RegExp(
          `^possible data loss: ${first} was killed at the end of its grace period of 1s \\(exit code 137, container main\\)\n`,
        ),
      );
      assert.match(reason, /kubectl zone rollout .*--accept-killed/);
      assert.equal(wavesIn(events).length, 1);
      const lease = await bench.lease(name);
      assert.deepEqual([lease?.state, lease?.reason], ['stopped', reason]);

      // The Lease remembers: the same command stops again, and does not report it as new.
      await cluster.waitReady('StatefulSet', name, NAMESPACE);
      const again = await ended(bench.start(name, '--flush'), 3);
      assert.deepEqual(wavesIn(again.events), []);
      assert.deepEqual(
        again.events.filter(({ type }) => type === 'pod-killed'),
        [],
      );

      const accepted = await ended(bench.start(name, '--flush', '--accept-killed'), 0);
      assert.equal(wavesIn(accepted.events).length, 2);
    });

    it('stops when a pod that flushes is deleted by force', async () => {
      const name = 'forced';
      await bench.stale({ name, replicas: 3, ...LONG });
      const run = bench.start(name, '--flush');
      const { pod = '' } = await untilEvent(run, ({ type }) => type === 'pod-evicted');
      await bench.kubectl('delete', 'pod', pod, '--grace-period=0', '--force');
      const { events } = await ended(run, 3);
      assert.match(
        events.at(-1)?.reason ?? '',
        new RegExp(`^possible data loss: ${pod} was deleted by force while container main was still running`),
      );
    });

    it('counts a pod that flushes also after the plugin was killed', async () => {
      const name = 'survivor';
      await bench.stale({ name, replicas: 6, ...LONG });
      const words = bench.words(name, '--flush', '--max-unavailable=2', '--exponential-factor=0');
      const witness = await bench.witness(name);
      const plugin = bench.spawn(words);
      const { pod: flushing = '' } = await untilEvent(plugin, ({ type }) => type === 'pod-evicted');
      plugin.kill();
      await plugin.end;
      await bench.freeLease(name);

      const resumed = bench.spawn(words);
      // The other pod of the wave may have been asked for as well, until that is ruled out.
      await untilEvent(
        resumed,
        ({ type, for: what, pods }) => type === 'waiting' && what === 'leaving' && `${pods}` === flushing,
      );
      resumed.interrupt();
      const { code } = await resumed.end;
      assert.equal(code, 130);
      const { podsTerminating } = await witness.testimony();
      assert.equal(podsTerminating, 1, 'no second pod was taken');
    });

    it('keeps to one zone while it keeps to the limit', async () => {
      const name = 'zoned';
      await bench.stale({ name, replicas: 9, simulation: { flush: '100ms', flushMax: '300ms' } });
      const witness = await bench.witness(name);
      await ended(bench.start(name, '--flush', '--max-unavailable=3'), 0);
      await assertOneZoneAtATime(witness, 3);
    });
  });
}
