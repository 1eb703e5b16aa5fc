import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { untilEvent, wavesIn } from '../helpers/plugin-run.ts';
import type { ClusterFactory, TestCluster } from './cluster.ts';
import { namespace, type StatefulSetFixture, statefulSet } from './fixtures.ts';
import { waitObserved } from './observe.ts';
import { assertRefusesUntouched, isHeld, RING_TIMES, ringService } from './ring-bench.ts';
import { assertOneZoneAtATime, ended, type RolloutBench, rolloutBench } from './rollout-bench.ts';

const NAMESPACE = 'ring-pages';
const SIM = 'sim.kubectl-zone.dev';

type Fixture = Omit<StatefulSetFixture, 'namespace'>;

/**
 * A hash ring as a gate, read from pods. For the sandbox, whose pods serve a ring: those of the control plane run
 * nothing, and a real API server does not lead to addresses of this machine.
 */
export function rolloutRingPagesSuite(factory: ClusterFactory): void {
  describe('rollout: hash ring', () => {
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

    /** A StatefulSet whose pods are members of the ring of this name, silent ones unhealthy at once. */
    const inRing = (ring: string, fixture: Fixture) => {
      const set = statefulSet({ ...fixture, namespace: NAMESPACE });
      const { metadata } = set.spec?.template ?? assert.fail();
      const annotations = {
        ...metadata?.annotations,
        [`${SIM}/serves`]: 'ring',
        [`${SIM}/ring`]: ring,
        [`${SIM}/heartbeat-timeout`]: '1ms',
      };
      Object.assign(metadata ?? {}, { annotations });
      return set;
    };
    const change = async (ring: string, fixture: Fixture) => {
      await cluster.apply(inRing(ring, fixture));
      await waitObserved(cluster, NAMESPACE, fixture.name);
    };
    const stale = async (ring: string, fixture: Fixture) => {
      await cluster.apply(inRing(ring, { ...fixture, image: 'app:v1' }));
      await cluster.waitReady('StatefulSet', fixture.name, NAMESPACE);
      await change(ring, { image: 'app:v2', ...fixture });
    };
    /** A member of the ring that flushes for an hour from now on, and has no successor. */
    const leaveSlowly = async (ring: string, name: string) => {
      await cluster.apply(
        inRing(ring, { name, replicas: 1, simulation: { flush: '1h' }, terminationGracePeriodSeconds: 7200 }),
      );
      await cluster.waitReady('StatefulSet', name, NAMESPACE);
      await bench.kubectl('scale', `sts/${name}`, '--replicas=0');
      await bench.kubectl('wait', `pod/${name}-0`, '--for=jsonpath={.metadata.deletionTimestamp}');
    };

    const kill = (pod: string) => bench.kubectl('delete', 'pod', pod, '--force', '--grace-period=0');

    it('lets its own waves leave and come back, and holds until they are members again', async () => {
      const simulation = { start: '600ms', flush: '300ms' };
      await stale('whole', { name: 'whole', replicas: 6, simulation });
      const witness = await bench.witness('whole');
      const flags = ['--max-unavailable=2', '--exponential-factor=0', '--ring=/ring', ...RING_TIMES];
      const { events } = await ended(bench.start('whole', ...flags), 0);
      assert.deepEqual(
        wavesIn(events).map(({ zone, pods }) => [zone, pods.length]),
        [
          ['zone-a', 2],
          ['zone-b', 2],
          ['zone-c', 2],
        ],
      );
      await assertOneZoneAtATime(witness, 2);
    });

    it('holds while a member of another workload leaves, and when that is forgotten, until it is', async () => {
      await stale('shared', { name: 'waits', replicas: 3 });
      await leaveSlowly('shared', 'leaver');
      const versions = await bench.versions('waits-');
      const first = bench.start('waits', '--ring=/ingester/ring:80', ...RING_TIMES);
      const leaving = await untilEvent(first, isHeld);
      assert.match(
        leaving.reason ?? '',
        /^waiting for hash ring \/ingester\/ring:80: leaver-0 \(zone-.\) is LEAVING/,
      );
      first.interrupt();
      await ended(first, 130);
      assert.equal(await bench.versions('waits-'), versions);

      await kill('leaver-0');
      const flags = ['--ring=/ring', '--ring-forget-after=0', ...RING_TIMES];
      const second = bench.start('waits', ...flags);
      const forgotten = await untilEvent(second, isHeld);
      assert.match(forgotten.reason ?? '', /leaver-0 .* is forgotten: .*forget it on the ring page/);
      const page = `/api/v1/namespaces/${NAMESPACE}/pods/waits-0:80/proxy/ring?forget=leaver-0`;
      await cluster.kubectl(['create', '--raw', page, '-f', '-'], { input: '{}' });
      const { events } = await ended(second, 0);
      assert.equal(wavesIn(events).length, 3);
    });

    it('goes on in spite of forgotten members when it is told to', async () => {
      await stale('ignoring', { name: 'ignores', replicas: 3 });
      await leaveSlowly('ignoring', 'lost');
      await kill('lost-0');
      const flags = ['--ring=/ring', '--ring-forget-after=0', '--ring-ignore-forgotten', ...RING_TIMES];
      const { events } = await ended(bench.start('ignores', ...flags), 0);
      assert.equal(wavesIn(events).length, 3);
    });

    it('leaves a bad revision, whose members are unhealthy', async () => {
      await stale('broken', { name: 'broken', replicas: 3, image: 'app:crash' });
      const bad = bench.start('broken', '--ring=/ring', ...RING_TIMES);
      await untilEvent(bad, isHeld);
      bad.interrupt();
      await ended(bad, 130);
      await change('broken', { name: 'broken', replicas: 3, image: 'app:v3' });
      const { events } = await ended(bench.start('broken', '--ring=/ring', ...RING_TIMES), 0);
      assert.deepEqual(
        wavesIn(events).map(({ wave, zone }) => [wave, zone]),
        [
          [0, 'zone-a'],
          [1, 'zone-b'],
          [2, 'zone-c'],
        ],
      );
    });

    it('is asked of a Service as well', async () => {
      await stale('served', { name: 'served', replicas: 3 });
      await cluster.apply(ringService(NAMESPACE, 'served'));
      await ended(bench.start('served', `--ring=svc:${NAMESPACE}/served:web/ring`, ...RING_TIMES), 0);
    });

    it('refuses a page that is not there before anything is touched, and says where it may be', async () => {
      await stale('misled', { name: 'misled', replicas: 3 });
      const versions = await bench.versions('misled');
      const { stderr } = await ended(bench.start('misled', '--ring=/rings', ...RING_TIMES), 1);
      assert.match(stderr, /\/rings of pod misled-\d is not a hash ring page: it answered 404/);
      assert.match(stderr, /\/ingester\/ring \(Mimir, Tempo\)/);
      assert.equal(await bench.versions('misled'), versions);
    });

    it('refuses pods none of which answers, and says why', async () => {
      await bench.stale({ name: 'silent', replicas: 3 });
      await assertRefusesUntouched(
        bench,
        { name: 'silent', ring: '/ring' },
        /cannot reach \/ring of pod silent-\d/,
      );
    });
  });
}
