import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { readPod } from '../../shared/kube/objects.ts';
import type { ClusterFactory, TestCluster } from './cluster.ts';
import { deployment, namespace, statefulSet } from './fixtures.ts';
import { deletePods, podNamed, podsOf } from './observe.ts';

const NAMESPACE = 'simulation';
const GATE = 'target-health.example.com/web';

/** Pods behave as their image tag, readiness gates and `sim.kubectl-zone.dev/` annotations say. */
export function simulationSuite(factory: ClusterFactory): void {
  describe('simulated pods', () => {
    let cluster: TestCluster;

    const scoped = (...args: string[]) => [...args, '-n', NAMESPACE];
    const succeed = async (args: readonly string[]) => {
      const { code, stderr } = await cluster.kubectl(args);
      assert.equal(code, 0, stderr);
    };
    const setGate = (pod: string, status: 'True' | 'False') => {
      const patch = JSON.stringify({ status: { conditions: [{ type: GATE, status }] } });
      return succeed(
        scoped('patch', 'pod', pod, '--subresource=status', '--type=strategic', `--patch=${patch}`),
      );
    };
    const waitFor = (pod: string, condition: string) =>
      succeed(scoped('wait', `pod/${pod}`, `--for=${condition}`, '--timeout=120s'));

    before(async () => {
      cluster = await factory();
      await cluster.apply(namespace(NAMESPACE));
    });
    after(() => cluster.stop());

    it('never starts a container whose image is tagged broken', async () => {
      await cluster.apply(
        statefulSet({ name: 'broken', namespace: NAMESPACE, replicas: 1, image: 'app:broken' }),
      );
      await succeed(scoped('wait', 'statefulset/broken', '--for=jsonpath={.status.replicas}=1'));
      await waitFor(
        'broken-0',
        'jsonpath={.status.containerStatuses[0].state.waiting.reason}=ImagePullBackOff',
      );
      const pod = await podNamed(cluster, NAMESPACE, 'broken-0');
      assert.equal(pod.phase, 'Pending');
      assert.equal(pod.conditions.Ready, 'False');
    });

    it('restarts a container whose image is tagged crash again and again', async () => {
      await cluster.apply(
        statefulSet({ name: 'crashing', namespace: NAMESPACE, replicas: 1, image: 'app:crash' }),
      );
      await succeed(scoped('wait', 'statefulset/crashing', '--for=jsonpath={.status.replicas}=1'));
      await waitFor(
        'crashing-0',
        'jsonpath={.status.containerStatuses[0].state.waiting.reason}=CrashLoopBackOff',
      );
      const pod = await podNamed(cluster, NAMESPACE, 'crashing-0');
      assert.equal(pod.phase, 'Running');
      assert.equal(pod.conditions.Ready, 'False');
    });

    it('keeps a pod unready until its readiness gates are open, and again when one shuts', async () => {
      const name = 'gated';
      await cluster.apply(statefulSet({ name, namespace: NAMESPACE, replicas: 1, readinessGates: [GATE] }));
      await succeed(scoped('wait', 'statefulset/gated', '--for=jsonpath={.status.replicas}=1'));
      await waitFor('gated-0', 'condition=ContainersReady');
      assert.equal((await podNamed(cluster, NAMESPACE, 'gated-0')).conditions.Ready, 'False');

      await setGate('gated-0', 'True');
      await waitFor('gated-0', 'condition=Ready');
      await setGate('gated-0', 'False');
      await waitFor('gated-0', 'condition=Ready=false');
    });

    it('keeps a deleted pod terminating while it flushes', async () => {
      const fixture = {
        name: 'flushing',
        namespace: NAMESPACE,
        replicas: 1,
        terminationGracePeriodSeconds: 3600,
      };
      await cluster.apply(statefulSet({ ...fixture, simulation: { flush: '1h' } }));
      await cluster.waitReady('StatefulSet', 'flushing', NAMESPACE);
      await succeed(scoped('delete', 'pod', 'flushing-0', '--wait=false'));
      const pod = await podNamed(cluster, NAMESPACE, 'flushing-0');
      assert.equal(pod.terminating, true);
      assert.equal(pod.phase, 'Running');
    });

    it('counts a shortened grace period from when the deletion was asked for', async () => {
      const fixture = { name: 'shortened', namespace: NAMESPACE, replicas: 1 };
      await cluster.apply(statefulSet({ ...fixture, simulation: { flush: '2h' } }));
      await cluster.waitReady('StatefulSet', 'shortened', NAMESPACE);
      const endMs = async (grace: number) => {
        await succeed(scoped('delete', 'pod', 'shortened-0', '--wait=false', `--grace-period=${grace}`));
        const { metadata } = readPod(await cluster.json(scoped('get', 'pod', 'shortened-0')));
        return metadata.deletionTimestampMs ?? Number.NaN;
      };
      assert.equal((await endMs(3600)) - (await endMs(600)), 3_000_000);
    });

    it('writes that a container was killed at the end of its grace period before the pod is gone', async () => {
      const fixture = { namespace: NAMESPACE, replicas: 1, terminationGracePeriodSeconds: 1 };
      await cluster.apply(statefulSet({ ...fixture, name: 'cut-off', simulation: { flush: '1h' } }));
      await cluster.apply(statefulSet({ ...fixture, name: 'ended', simulation: { flush: '50ms' } }));
      for (const [name, end] of [
        ['cut-off', 'Failed 137'],
        ['ended', 'Succeeded 0'],
      ] as const) {
        await cluster.waitReady('StatefulSet', name, NAMESPACE);
        const { uid } = await podNamed(cluster, NAMESPACE, `${name}-0`);
        const path =
          '{.object.metadata.uid} {.object.status.phase} {.object.status.containerStatuses[0].state.terminated.exitCode}';
        const watching = scoped('get', 'pod', `${name}-0`, '--watch', '--output-watch-events');
        const format = `jsonpath={.type} ${path}{"\\n"}`;
        let asked = false;
        const seen: string[] = [];
        for await (const line of cluster.lines([...watching, '-o', format], AbortSignal.timeout(60_000))) {
          if (!line.includes(uid)) continue;
          seen.push(line.replace(` ${uid}`, ''));
          if (line.startsWith('DELETED')) break;
          if (!asked) await succeed(scoped('delete', 'pod', `${name}-0`, '--wait=false'));
          asked = true;
        }
        assert.deepEqual(seen.slice(-2), [`MODIFIED ${end}`, `DELETED ${end}`]);
      }
    });

    it('ends the flush of a deleted pod when its grace period is over', async () => {
      const fixture = { name: 'killed', namespace: NAMESPACE, replicas: 1, terminationGracePeriodSeconds: 1 };
      await cluster.apply(statefulSet({ ...fixture, simulation: { flush: '1h', flushMax: '2h' } }));
      await cluster.waitReady('StatefulSet', 'killed', NAMESPACE);
      await deletePods(cluster, NAMESPACE, ['killed-0']);
    });

    it('replaces a deleted pod once it has flushed', async () => {
      const simulation = { start: '10ms', startMax: '200ms', flush: '10ms', flushMax: '200ms' };
      await cluster.apply(statefulSet({ name: 'flushed', namespace: NAMESPACE, replicas: 1, simulation }));
      await cluster.waitReady('StatefulSet', 'flushed', NAMESPACE);
      const old = await podNamed(cluster, NAMESPACE, 'flushed-0');
      await deletePods(cluster, NAMESPACE, ['flushed-0']);
      await cluster.waitReady('StatefulSet', 'flushed', NAMESPACE);
      assert.notEqual((await podNamed(cluster, NAMESPACE, 'flushed-0')).uid, old.uid);
    });

    it('does not make a pod ready before its time', async () => {
      const simulation = { start: '1h' };
      await cluster.apply(statefulSet({ name: 'slow', namespace: NAMESPACE, replicas: 1, simulation }));
      await succeed(scoped('wait', 'statefulset/slow', '--for=jsonpath={.status.replicas}=1'));
      await waitFor('slow-0', 'jsonpath={.status.containerStatuses[0].ready}=false');
    });

    it('rolls a Deployment', async () => {
      const fixture = { name: 'rolling', namespace: NAMESPACE, replicas: 3 };
      await cluster.apply(deployment(fixture));
      await cluster.waitReady('Deployment', 'rolling', NAMESPACE);
      const before = await podsOf(cluster, NAMESPACE, 'rolling');
      await cluster.apply(deployment({ ...fixture, image: 'app:v2' }));
      await cluster.waitReady('Deployment', 'rolling', NAMESPACE);
      const remaining = (await podsOf(cluster, NAMESPACE, 'rolling')).filter(
        (pod) => !pod.terminating && before.some(({ uid }) => uid === pod.uid),
      );
      assert.deepEqual(remaining, []);
    });
  });
}
