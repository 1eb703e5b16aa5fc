import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type PluginEvent, untilEvent, wavesIn } from '../helpers/plugin-run.ts';
import { withRequests } from './before-request.ts';
import type { ClusterFactory, TestCluster } from './cluster.ts';
import { namespace } from './fixtures.ts';
import { lateWatches } from './late-watches.ts';
import { deletePods, type PodView, statefulSetNamed, waitThereIs } from './observe.ts';
import { assertOneZoneAtATime, ended, type RolloutBench, rolloutBench } from './rollout-bench.ts';

const NAMESPACE = 'trouble';
const HOLD = 'test.kubectl-zone.dev/hold';

/** Pods that do not come back, and pods that others take. */
export function rolloutTroubleSuite(factory: ClusterFactory): void {
  describe('rollout: trouble', () => {
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

    const lastOf = (pods: readonly PodView[], zone: string) =>
      pods.findLast((pod) => pod.zone === zone)?.name ?? `no pod in ${zone}`;
    const patchFinalizers = (pod: string, finalizers: readonly string[]) =>
      bench.kubectl(
        'patch',
        'pod',
        pod,
        '--type=merge',
        `--patch=${JSON.stringify({ metadata: { finalizers } })}`,
      );
    const untilWaitingReason = (name: string, image: string) =>
      bench.kubectl(
        'wait',
        `pod/${name}`,
        `--for=jsonpath={.spec.containers[0].image}=${image}`,
        '--timeout=60s',
      );

    it('stops at a bad zone, leaves the next one alone, and a better template gets out of it', async () => {
      await bench.stale({ name: 'bad', replicas: 9, simulation: { brokenIn: 'zone-b' } });
      const old = await bench.pods('bad');
      const witness = await bench.witness('bad');
      const run = bench.start('bad', '--max-unavailable=2');
      const { reason, pods: waitedFor } = await untilEvent(
        run,
        (event) => event.type === 'waiting' && /ImagePullBackOff/.test(event.reason ?? ''),
      );
      assert.match(reason ?? '', /^waiting for zone-b: .*bad-\d+ \(ImagePullBackOff\)/);
      const uids = async (zone: string) =>
        (await bench.pods('bad')).filter((pod) => pod.zone === zone).map(({ uid }) => uid);
      const untouched = old.filter(({ zone }) => zone === 'zone-c').map(({ uid }) => uid);
      assert.deepEqual(await uids('zone-c'), untouched);

      await bench.apply({ name: 'bad', replicas: 9, image: 'app:v3', simulation: { brokenIn: 'no zone' } });
      const { events } = await ended(run, 0);
      const changed = events.findIndex(({ type }) => type === 'revision-changed');
      const [first, second] = wavesIn(events.slice(changed));
      assert.deepEqual([first?.wave, first?.zone], [0, 'zone-b']);
      assert.deepEqual(
        [...(first?.pods ?? [])].sort(),
        Array.isArray(waitedFor) ? [...waitedFor].sort() : [],
      );
      assert.deepEqual([second?.wave, second?.zone, second?.pods.length], [1, 'zone-a', 1]);
      const { updateRevision } = await statefulSetNamed(cluster, NAMESPACE, 'bad');
      assert.ok((await bench.pods('bad')).every(({ revision }) => revision === updateRevision));
      await assertOneZoneAtATime(witness, 2);
    });

    it('holds while somebody else’s pod of another zone is down', async () => {
      await bench.stale({ name: 'held', replicas: 6 });
      const pods = await bench.pods('held');
      const [ours, theirs] = [lastOf(pods, 'zone-a'), lastOf(pods, 'zone-c')];
      await patchFinalizers(ours, [HOLD]);
      await patchFinalizers(theirs, [HOLD]);

      const run = bench.start('held', '--max-unavailable=2');
      await untilEvent(run, ({ type }) => type === 'pod-evicted');
      await bench.kubectl('delete', 'pod', theirs, '--wait=false');
      const blocked = await untilEvent(run, ({ type }) => type === 'blocked');
      assert.equal(blocked.by, 'two-zones');
      assert.match(
        blocked.reason ?? '',
        new RegExp(`zone-a: ${ours} .*zone-c: ${theirs} \\(terminating for `),
      );

      // A decision that is not to go on, made when our own pod was back.
      await patchFinalizers(ours, []);
      const isHeld = ({ type, updated, down }: PluginEvent) =>
        type === 'progress' && updated === 1 && down === 1;
      await untilEvent(run, isHeld);
      await patchFinalizers(theirs, []);
      const { events } = await ended(run, 0);
      const goesOn = events.findIndex((event) => event.type === 'wave-begun' && event.wave === 2);
      assert.ok(events.findIndex(isHeld) < goesOn, 'the second wave did not wait for the other pod');
    });

    it('knows what the last holder of the Lease has done, however late its watches show it', async () => {
      await bench.stale({ name: 'after', replicas: 6, simulation: { start: '1s' } });
      const witness = await bench.witness('after');
      const first = lastOf(await bench.pods('after'), 'zone-a');
      const run = bench.startWith(
        'after',
        (kube) => {
          const late = lateWatches(kube, 'pods');
          let isOurs = false;
          return withRequests(late.kube, async ({ method, path }, send) => {
            if (!isOurs && method !== 'GET' && /\/leases\b/.test(path)) {
              isOurs = true;
              late.hold();
              await deletePods(cluster, NAMESPACE, [first]);
            } else if (isOurs && (/\/pods$/.test(path) || /\/eviction$/.test(path))) late.show();
            return send();
          });
        },
        '--zone-order=zone-b',
      );
      await ended(run, 0);
      await assertOneZoneAtATime(witness, 2);
    });

    it('is blocked by broken pods in two zones, until --replace-unready', async () => {
      const name = 'twice';
      await bench.stale({ name, replicas: 6, image: 'app:broken' });
      const old = await bench.pods(name);
      const broken = [lastOf(old, 'zone-a'), lastOf(old, 'zone-b')];
      await deletePods(cluster, NAMESPACE, broken);
      for (const pod of broken) {
        await waitThereIs(cluster, `pod/${pod}`, '-n', NAMESPACE);
        await untilWaitingReason(pod, 'app:broken');
        await bench.kubectl('wait', `pod/${pod}`, '--for=condition=Ready=false', '--timeout=60s');
      }
      // Two missing pods may come back each in the other's zone.
      const byZone = (await bench.pods(name))
        .filter((pod) => broken.includes(pod.name))
        .sort((a, b) => (a.zone ?? '').localeCompare(b.zone ?? ''))
        .map((pod) => pod.name);
      await bench.apply({ name, replicas: 6, image: 'app:v3' });

      const run = bench.start(name);
      const { by, reason, fix } = await untilEvent(run, ({ type }) => type === 'blocked');
      assert.equal(by, 'two-zones');
      for (const pod of broken) assert.ok(reason?.includes(pod), reason);
      assert.match(fix ?? '', /--replace-unready replaces the 2 unready pods on an old revision/);
      run.interrupt();
      const { events: before } = await ended(run, 130);
      assert.deepEqual(wavesIn(before), []);

      const { events } = await ended(bench.start(name, '--replace-unready'), 0);
      const waves = wavesIn(events);
      assert.deepEqual(
        waves.slice(0, 2).map(({ wave, pods: taken }) => [wave, ...taken]),
        byZone.map((pod) => [0, pod]),
      );
      assert.equal(new Set(waves.flatMap(({ pods: taken }) => taken)).size, 6);
    });
  });
}
