import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import * as z from 'zod/mini';
import {
  HELD_MIN_READY_SECONDS,
  NO_PROGRESS_DEADLINE,
} from '../../shared/rollout/decide/deployment-brake.ts';
import type { ClusterFactory, TestCluster } from './cluster.ts';
import { type DeploymentBench, deploymentBench } from './deployment-bench.ts';
import { namespace } from './fixtures.ts';

const NAMESPACE = 'rules';
const COST = 'controller.kubernetes.io/pod-deletion-cost';
const HELD = { minReadySeconds: HELD_MIN_READY_SECONDS, progressDeadlineSeconds: NO_PROGRESS_DEADLINE };
const QUICK = { start: '100ms', flush: '1s' };

const setSchema = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string() }),
      spec: z.object({
        replicas: z.number(),
        minReadySeconds: z.optional(z.number()),
        template: z.object({ spec: z.object({ containers: z.array(z.object({ image: z.string() })) }) }),
      }),
    }),
  ),
});

/**
 * What the Deployment controller does, as far as a rollout relies on it: the table in
 * `shared/rollout/decide/deployment-step.ts`, tried.
 */
export function deploymentRulesSuite(factory: ClusterFactory): void {
  describe('rules of the Deployment controller', () => {
    let cluster: TestCluster;
    let bench: DeploymentBench;

    before(async () => {
      cluster = await factory();
      await cluster.apply(namespace(NAMESPACE));
      bench = deploymentBench(cluster, NAMESPACE);
    });
    after(async () => {
      await bench.close();
      await cluster.stop();
    });

    const patch = (kind: string, name: string, body: object) =>
      bench.kubectl('patch', kind, name, '--type=merge', '-p', JSON.stringify(body));
    const release = (name: string, maxUnavailable: number) => {
      const strategy = { rollingUpdate: { maxSurge: 0, maxUnavailable } };
      return patch('deploy', name, { spec: { ...HELD, paused: false, strategy } });
    };
    const setOf = async (name: string, image: string) => {
      const { items } = setSchema.parse(
        JSON.parse(await bench.kubectl('get', 'rs', '-l', `app=${name}`, '-o', 'json')),
      );
      const set = items.find(({ spec }) => spec.template.spec.containers[0]?.image === image);
      assert.ok(set, `no ReplicaSet of ${image}`);
      return set;
    };
    /** Waits until the controllers have nothing more to do. */
    const untilNew = async (name: string, pods: number) => {
      const replicas = `--for=jsonpath={.status.updatedReplicas}=${pods}`;
      await bench.kubectl('wait', `deploy/${name}`, replicas, '--timeout=30s');
      const set = (await setOf(name, 'app:v2')).metadata.name;
      await bench.kubectl('wait', `rs/${set}`, `--for=jsonpath={.status.readyReplicas}=${pods}`);
    };
    const untilObserved = async (name: string) => {
      const text = await bench.kubectl('get', 'deploy', name, '-o', 'jsonpath={.metadata.generation}');
      await bench.kubectl('wait', `deploy/${name}`, `--for=jsonpath={.status.observedGeneration}=${text}`);
    };

    it('does not wait for terminating pods, so that several flush together in any zones', async () => {
      await bench.whole({ name: 'alone', simulation: { start: '100ms', flush: '3s' } });
      const witness = await bench.witness('alone');
      await bench.kubectl('set', 'image', 'deployment/alone', 'main=app:v2');
      await bench.kubectl('rollout', 'status', 'deployment/alone', '--timeout=60s');
      const { terminating } = await witness.testimony();
      assert.ok(terminating > 1, 'maxUnavailable 1 kept others from flushing');
    });

    it('makes no ReplicaSet and takes no pod while it is paused', async () => {
      await bench.stale({ name: 'paused', simulation: QUICK });
      await untilObserved('paused');
      assert.deepEqual(await bench.replicas('paused'), { 'app:v1': 6 });
    });

    it('takes maxUnavailable pods in all while no new pod reaches minReadySeconds', async () => {
      await bench.stale({ name: 'held', simulation: QUICK });
      for (const pods of [1, 3, 4]) {
        await release('held', pods);
        await untilNew('held', pods);
        assert.deepEqual(await bench.replicas('held'), { 'app:v1': 6 - pods, 'app:v2': pods });
      }
      await release('held', 2);
      await untilObserved('held');
      assert.deepEqual(await bench.replicas('held'), { 'app:v1': 2, 'app:v2': 4 });
    });

    it('writes minReadySeconds into the newest ReplicaSet only, also while it is paused', async () => {
      await bench.stale({ name: 'ready', simulation: QUICK });
      await release('ready', 2);
      await untilNew('ready', 2);
      await patch('deploy', 'ready', { spec: { paused: true, minReadySeconds: 7 } });
      const newest = (await setOf('ready', 'app:v2')).metadata.name;
      await bench.kubectl('wait', `rs/${newest}`, '--for=jsonpath={.spec.minReadySeconds}=7');
      assert.equal((await setOf('ready', 'app:v1')).spec.minReadySeconds ?? 0, 0);
    });

    it('scales first the old ReplicaSet that looks unavailable, whose cheapest pod goes', async () => {
      await bench.stale({ name: 'steered', simulation: QUICK });
      await release('steered', 3);
      await untilNew('steered', 3);
      await bench.kubectl('rollout', 'pause', 'deployment/steered');
      await bench.kubectl('set', 'image', 'deployment/steered', 'main=app:v3');
      const [v1, v2] = [await setOf('steered', 'app:v1'), await setOf('steered', 'app:v2')];
      await release('steered', 1);
      await bench.kubectl('wait', 'deploy/steered', '--for=jsonpath={.status.updatedReplicas}=1');
      assert.deepEqual(await bench.replicas('steered'), { 'app:v1': 3, 'app:v2': 2, 'app:v3': 1 });

      await bench.kubectl('rollout', 'pause', 'deployment/steered');
      await patch('rs', v2.metadata.name, { spec: { minReadySeconds: 0 } });
      await bench.kubectl('wait', 'deploy/steered', '--for=jsonpath={.status.availableReplicas}=5');
      await patch('rs', v1.metadata.name, { spec: { minReadySeconds: HELD_MIN_READY_SECONDS } });
      await bench.kubectl('wait', 'deploy/steered', '--for=jsonpath={.status.availableReplicas}=2');
      const names = await bench.kubectl('get', 'pods', '-l', 'app=steered', '-o', 'name');
      const cheapest = names.split('\n').find((name) => name.includes(v1.metadata.name)) ?? '';
      await bench.kubectl('annotate', cheapest, `${COST}=-1000`);
      await release('steered', 2);
      await bench.kubectl('wait', 'deploy/steered', '--for=jsonpath={.status.updatedReplicas}=2');
      assert.deepEqual(await bench.replicas('steered'), { 'app:v1': 2, 'app:v2': 2, 'app:v3': 2 });
      await bench.kubectl('wait', cheapest, '--for=delete', '--timeout=30s');
    });
  });
}
