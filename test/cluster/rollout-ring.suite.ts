import assert from 'node:assert/strict';
import { after, before, describe, it, type TestContext } from 'node:test';
import { type PluginEvent, untilEvent, wavesIn } from '../helpers/plugin-run.ts';
import type { ClusterFactory, TestCluster } from './cluster.ts';
import { namespace, type StatefulSetFixture, statefulSet } from './fixtures.ts';
import { waitObserved } from './observe.ts';
import { assertOneZoneAtATime, ended, type RolloutBench, rolloutBench } from './rollout-bench.ts';

const NAMESPACE = 'rings';
const SIM = 'sim.kubectl-zone.dev';
const TIMES = ['--gate-interval=1s', '--gate-timeout=3s'];

type Fixture = Omit<StatefulSetFixture, 'namespace'>;

/**
 * A hash ring as a gate. Rings are only in the sandbox: the pods of the control plane run nothing, and a real API server
 * does not lead to addresses of this machine. What it says of its own is asked of both.
 */
export function rolloutRingSuite(factory: ClusterFactory): void {
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

    const isHeld = ({ type, for: what }: PluginEvent) => type === 'waiting' && what === 'gate';

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
    const onlySandbox = (test: TestContext): boolean => {
      if (cluster.name !== 'sandbox') test.skip('the pods of this cluster serve nothing');
      return cluster.name === 'sandbox';
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
    const service = (name: string, targetPort: number) => ({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name, namespace: NAMESPACE },
      spec: { selector: { app: name }, ports: [{ name: 'web', port: 8080, targetPort }] },
    });
    /** A rollout with this ring says why it holds, and does nothing else until it is interrupted. */
    const holdsUntouched = async (name: string, ring: string, why: RegExp) => {
      const before = (await bench.pods(name)).map(({ uid }) => uid);
      const run = bench.start(name, `--ring=${ring}`, ...TIMES);
      const { reason = '' } = await untilEvent(run, isHeld);
      assert.ok(
        reason.startsWith(`held by hash ring ${ring}, which cannot be asked: no answer from`),
        reason,
      );
      assert.match(reason, why);
      run.interrupt();
      const { events } = await ended(run, 130);
      assert.deepEqual(wavesIn(events), []);
      assert.deepEqual(
        (await bench.pods(name)).map(({ uid }) => uid),
        before,
      );
    };
    const kill = (pod: string) => bench.kubectl('delete', 'pod', pod, '--force', '--grace-period=0');

    it('lets its own waves leave and come back, and holds until they are members again', async (test) => {
      if (!onlySandbox(test)) return;
      const simulation = { start: '600ms', flush: '300ms' };
      await stale('whole', { name: 'whole', replicas: 6, simulation });
      const witness = await bench.witness('whole');
      const flags = ['--max-unavailable=2', '--exponential-factor=0', '--ring=/ring', ...TIMES];
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

    it('holds while a member of another workload leaves, and when that is forgotten, until it is', async (test) => {
      if (!onlySandbox(test)) return;
      await stale('shared', { name: 'waits', replicas: 3 });
      await leaveSlowly('shared', 'leaver');
      const versions = await bench.versions('waits-');
      const first = bench.start('waits', '--ring=/ingester/ring:80', ...TIMES);
      const leaving = await untilEvent(first, isHeld);
      assert.match(
        leaving.reason ?? '',
        /^held by hash ring \/ingester\/ring:80: leaver-0 \(zone-.\) is LEAVING/,
      );
      first.interrupt();
      await ended(first, 130);
      assert.equal(await bench.versions('waits-'), versions);

      await kill('leaver-0');
      const flags = ['--ring=/ring', '--ring-forget-after=0', ...TIMES];
      const second = bench.start('waits', ...flags);
      const forgotten = await untilEvent(second, isHeld);
      assert.match(forgotten.reason ?? '', /leaver-0 .* is forgotten: .*forget it on the ring page/);
      const page = `/api/v1/namespaces/${NAMESPACE}/pods/waits-0:80/proxy/ring?forget=leaver-0`;
      await cluster.kubectl(['create', '--raw', page, '-f', '-'], { input: '{}' });
      const { events } = await ended(second, 0);
      assert.equal(wavesIn(events).length, 3);
    });

    it('goes on in spite of forgotten members when it is told to', async (test) => {
      if (!onlySandbox(test)) return;
      await stale('ignoring', { name: 'ignores', replicas: 3 });
      await leaveSlowly('ignoring', 'lost');
      await kill('lost-0');
      const flags = ['--ring=/ring', '--ring-forget-after=0', '--ring-ignore-forgotten', ...TIMES];
      const { events } = await ended(bench.start('ignores', ...flags), 0);
      assert.equal(wavesIn(events).length, 3);
    });

    it('leaves a bad revision, whose members are unhealthy', async (test) => {
      if (!onlySandbox(test)) return;
      await stale('broken', { name: 'broken', replicas: 3, image: 'app:crash' });
      const bad = bench.start('broken', '--ring=/ring', ...TIMES);
      await untilEvent(bad, isHeld);
      bad.interrupt();
      await ended(bad, 130);
      await change('broken', { name: 'broken', replicas: 3, image: 'app:v3' });
      const { events } = await ended(bench.start('broken', '--ring=/ring', ...TIMES), 0);
      assert.deepEqual(
        wavesIn(events).map(({ wave, zone }) => [wave, zone]),
        [
          [0, 'zone-a'],
          [1, 'zone-b'],
          [2, 'zone-c'],
        ],
      );
    });

    it('is asked of a Service as well', async (test) => {
      if (!onlySandbox(test)) return;
      await stale('served', { name: 'served', replicas: 3 });
      await cluster.apply(service('served', 80));
      await ended(bench.start('served', `--ring=svc:${NAMESPACE}/served:web/ring`, ...TIMES), 0);
    });

    it('refuses a page that is not there before anything is touched, and says where it may be', async (test) => {
      if (!onlySandbox(test)) return;
      await stale('misled', { name: 'misled', replicas: 3 });
      const versions = await bench.versions('misled');
      const { stderr } = await ended(bench.start('misled', '--ring=/rings', ...TIMES), 1);
      assert.match(stderr, /\/rings of pod misled-\d is not the page of a hash ring: it answered 404/);
      assert.match(stderr, /\/ingester\/ring \(Mimir, Cortex, Tempo\)/);
      assert.equal(await bench.versions('misled'), versions);
    });

    it('holds, and says why, while none of the pods answers', async (test) => {
      if (!onlySandbox(test)) return;
      await bench.stale({ name: 'silent', replicas: 3 });
      await holdsUntouched('silent', '/ring', /the API server does not lead to \/ring of pod silent-\d/);
    });

    it('holds, and says why, while nobody stands behind the Service', async () => {
      await bench.stale({ name: 'deserted', replicas: 3 });
      await cluster.apply(service('nobody', 80));
      await holdsUntouched(
        'deserted',
        `svc:${NAMESPACE}/nobody:web/ring`,
        /\/ring of service rings\/nobody:web: no endpoints available for service/,
      );
    });

    it('refuses a Service that is not there before anything is touched', async () => {
      await bench.stale({ name: 'lonely', replicas: 3 });
      const versions = await bench.versions('lonely');
      const ring = `--ring=svc:${NAMESPACE}/absent:web/ring`;
      const { stderr } = await ended(bench.start('lonely', ring, ...TIMES), 1);
      assert.match(
        stderr,
        /the API server does not lead to \/ring of service rings\/absent:web: .*not found/,
      );
      assert.match(stderr, /kubectl -n rings get services/);
      assert.equal(await bench.versions('lonely'), versions);
    });
  });
}
