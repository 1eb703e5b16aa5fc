import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { runInProcess } from '../helpers/context.ts';
import { untilEvent } from '../helpers/plugin-run.ts';
import type { ClusterFactory, TestCluster } from './cluster.ts';
import { type DeploymentBench, deploymentBench } from './deployment-bench.ts';
import { deployment, namespace, statefulSet } from './fixtures.ts';
import { waitObserved, waitThereIs } from './observe.ts';
import { ended, type RolloutBench, rolloutBench } from './rollout-bench.ts';

const NAMESPACE = 'stuck';

/** What must not be waited for without an end, or without a word. */
export function rolloutStuckSuite(factory: ClusterFactory): void {
  describe('rollout: nothing gets stuck', () => {
    let cluster: TestCluster;
    let bench: RolloutBench;
    let deployments: DeploymentBench;

    before(async () => {
      cluster = await factory();
      await cluster.apply(namespace(NAMESPACE));
      bench = rolloutBench(cluster, NAMESPACE);
      deployments = deploymentBench(cluster, NAMESPACE);
    });
    after(async () => {
      await deployments.close();
      await bench.close();
      await cluster.stop();
    });

    const applyFor = async (name: string, replicas: number, image: string, disk: string | undefined) => {
      const set = statefulSet({ name, namespace: NAMESPACE, replicas, image });
      const pod = set.spec?.template.spec;
      if (pod && disk !== undefined) pod.nodeSelector = { disk };
      await cluster.apply(set);
      await waitObserved(cluster, NAMESPACE, name);
    };
    const untilUnschedulable = (pod: string) =>
      bench.kubectl(
        'wait',
        `pod/${pod}`,
        '--for=jsonpath={.status.conditions[?(@.type=="PodScheduled")].reason}=Unschedulable',
        '--timeout=60s',
      );

    it('replaces pods that no node ever took, in all zones', async () => {
      await applyFor('pending', 3, 'app:v1', 'ssd');
      for (const ordinal of [0, 1, 2]) await untilUnschedulable(`pending-${ordinal}`);
      await bench.kubectl(
        'patch',
        'sts',
        'pending',
        '--type=json',
        `--patch=${JSON.stringify([
          { op: 'remove', path: '/spec/template/spec/nodeSelector' },
          { op: 'replace', path: '/spec/template/spec/containers/0/image', value: 'app:v2' },
        ])}`,
      );
      await waitObserved(cluster, NAMESPACE, 'pending');
      const { events } = await ended(bench.start('pending'), 0);
      const [first] = events.filter(({ type }) => type === 'wave-begun');
      assert.match(first?.reason ?? '', /^3 pods on an old revision were never scheduled: /);
    });

    const patchTemplate = (name: string, ...changes: readonly object[]) =>
      bench.kubectl('patch', 'deploy', name, '--type=json', `--patch=${JSON.stringify(changes)}`);
    const NODES = '/spec/template/spec/nodeSelector';
    const IMAGE = '/spec/template/spec/containers/0/image';

    it('replaces pods of a Deployment that no node ever took', async () => {
      const name = 'pending-deployment';
      const made = deployment({ name, namespace: NAMESPACE, replicas: 3, image: 'app:v1' });
      const pod = made.spec?.template.spec;
      if (pod) pod.nodeSelector = { disk: 'ssd' };
      await cluster.apply({ ...made, spec: { ...made.spec, paused: false } });
      await waitThereIs(cluster, 'pods', '-n', NAMESPACE, '-l', `app=${name}`);
      const condition = 'jsonpath={.status.conditions[?(@.type=="PodScheduled")].reason}=Unschedulable';
      await bench.kubectl('wait', 'pods', '-l', `app=${name}`, `--for=${condition}`, '--timeout=60s');
      await bench.kubectl('rollout', 'pause', `deploy/${name}`);
      await patchTemplate(
        name,
        { op: 'remove', path: NODES },
        { op: 'replace', path: IMAGE, value: 'app:v2' },
      );
      const { events } = await ended(deployments.start(name), 0);
      const [first] = events.filter(({ type }) => type === 'wave-begun');
      assert.match(first?.reason ?? '', /^3 pods on an old revision were never scheduled: /);
    });

    it('replaces the pod of a Deployment that no node takes when the template is changed again', async () => {
      const name = 'mended';
      await deployments.whole({ name, replicas: 6 });
      const witness = await deployments.witness(name);
      await bench.kubectl('rollout', 'pause', `deploy/${name}`);
      await patchTemplate(name, { op: 'add', path: NODES, value: { disk: 'ssd' } });
      const run = deployments.start(name, '--max-unavailable=1');
      await untilEvent(run, ({ type, reason }) => type === 'waiting' && /Unschedulable/.test(reason ?? ''));
      await patchTemplate(
        name,
        { op: 'remove', path: NODES },
        { op: 'replace', path: IMAGE, value: 'app:v3' },
      );
      await ended(run, 0);
      assert.deepEqual((await deployments.pods(name)).images, new Array(6).fill('app:v3'));
      const { mixed, serving } = await witness.testimony();
      assert.deepEqual({ mixed, serving }, { mixed: [], serving: 5 });
    });

    it('names the nodes that are cordoned for a pod that no node takes', async () => {
      const name = 'closed';
      await bench.stale({ name, replicas: 3 });
      const [{ zone = '' } = {}] = await bench.pods(name);
      const nodes = (
        await bench.kubectl(
          'get',
          'nodes',
          '-l',
          `topology.kubernetes.io/zone=${zone}`,
          '-o',
          'jsonpath={.items[*].metadata.name}',
        )
      ).split(' ');
      await bench.kubectl('cordon', ...nodes);
      try {
        const run = bench.start(name, '--zone-order', zone);
        const { reason = '' } = await untilEvent(
          run,
          (event) => event.type === 'waiting' && /cordoned: /.test(event.reason ?? ''),
        );
        assert.match(
          reason,
          new RegExp(`Unschedulable: .*cordoned: ${zone}: .*kubectl uncordon ${nodes[0]}`),
        );
        await bench.kubectl('uncordon', ...nodes);
        await ended(run, 0);
      } finally {
        await bench.kubectl('uncordon', ...nodes);
      }
    });

    it('ends with the command that resumes when its Lease is deleted', async () => {
      const name = 'lease-deleted';
      await bench.stale({ name, replicas: 3, simulation: { brokenIn: 'zone-b' } });
      const run = bench.start(name);
      await untilEvent(run, (event) => event.type === 'waiting' && /ImagePull/.test(event.reason ?? ''));
      await bench.kubectl('delete', 'lease', `zone-rollout-statefulset-${name}`);
      const { events } = await ended(run, 3);
      const end = events.find(({ type }) => type === 'finished');
      assert.match(end?.reason ?? '', /: kubectl zone rollout sts\/lease-deleted -n stuck -o json$/);
    });

    it('tells those who watch that the holder of a rollout is dead', async () => {
      const name = 'holder-dead';
      await bench.stale({ name, replicas: 3 });
      await cluster.apply({
        apiVersion: 'coordination.k8s.io/v1',
        kind: 'Lease',
        metadata: { name: `zone-rollout-statefulset-${name}`, namespace: NAMESPACE },
        spec: {
          holderIdentity: 'ann@laptop/1/x',
          leaseDurationSeconds: 4,
          leaseTransitions: 1,
          renewTime: new Date().toISOString().replace('Z', '000Z'),
        },
      });
      const words = ['rollout', 'status', `sts/${name}`, '-n', NAMESPACE, '-o', 'json', '--watch'];
      const run = runInProcess(cluster.kubeconfigPath, words);
      await untilEvent(
        run,
        (event) => event.type === 'waiting' && /no rollout is running/.test(event.reason ?? ''),
      );
      assert.match(run.stdout.text, /ann@laptop/);
      // Nobody continues it: there is nothing to wait for.
      const { events } = await ended(run, 3);
      assert.equal(events.at(-1)?.outcome, 'stopped');
    });

    it('says in the plan that a partition does not hold', async () => {
      const name = 'canary';
      await bench.apply({ name, replicas: 3, strategy: 'RollingUpdate', partition: 2 });
      const { stdout } = await bench.told(['rollout', `sts/${name}`, '-n', NAMESPACE, '--dry-run=client'], 0);
      assert.match(stdout, /note: its partition 2 keeps pods below ordinal 2 on the old revision/);
    });
  });
}
