import * as z from 'zod/mini';
import type { Kube } from '../../shared/kube/kube.ts';
import { runInProcess } from '../helpers/context.ts';
import { type PluginProcess, startPlugin } from '../helpers/plugin.ts';
import type { PluginRun } from '../helpers/plugin-run.ts';
import { beforeRequest, type WhichRequest } from './before-request.ts';
import type { TestCluster } from './cluster.ts';
import { type DeploymentWitness, startDeploymentWitness } from './deployment-witness.ts';
import { deployment, type Simulation } from './fixtures.ts';
import { FREED } from './rollout-bench.ts';

export interface DeploymentFixture {
  name: string;
  /** 6 unless told. */
  replicas?: number;
  image?: string;
  simulation?: Simulation;
  terminationGracePeriodSeconds?: number;
  /** Merged into the spec. */
  spec?: object;
}

const deploymentSchema = z.object({
  metadata: z.object({ generation: z.number() }),
  spec: z.looseObject({ template: z.unknown() }),
});
const replicaSetsSchema = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string() }),
      spec: z.object({
        replicas: z.number(),
        template: z.object({ spec: z.object({ containers: z.array(z.object({ image: z.string() })) }) }),
      }),
    }),
  ),
});
const podsSchema = z.object({
  items: z.array(
    z.object({
      metadata: z.object({
        name: z.string(),
        deletionTimestamp: z.optional(z.string()),
        annotations: z.optional(z.record(z.string(), z.string())),
      }),
      spec: z.object({ containers: z.array(z.object({ image: z.string() })) }),
    }),
  ),
});

/** What suites do with Deployments of one namespace and the plugin. */
export interface DeploymentBench {
  /** Applies a Deployment with six pods in three zones and waits until they are ready. */
  whole(fixture: DeploymentFixture): Promise<void>;
  /** The same, and then changes its image while it is paused, for `app:v2`. */
  stale(fixture: DeploymentFixture): Promise<void>;
  /** Runs `kubectl zone rollout deploy/NAME` in this process, with yes and JSON output. */
  start(name: string, ...flags: string[]): PluginRun;
  /** The same, with something that happens right before one of its requests. */
  startWith(
    name: string,
    what: { before: WhichRequest; act: () => Promise<void> },
    ...flags: string[]
  ): PluginRun;
  /** The same, over a connection that is not as it should be. */
  startOver(name: string, wrap: (kube: Kube) => Kube, ...flags: string[]): PluginRun;
  /** The built plugin in a process of its own. */
  spawn(name: string, ...flags: string[]): PluginProcess;
  run(...words: string[]): PluginRun;
  /** The spec without its template: what must be as it was found. */
  settings(name: string): Promise<Readonly<Record<string, unknown>>>;
  /** Replicas by image, of ReplicaSets that have any. */
  replicas(name: string): Promise<Readonly<Record<string, number>>>;
  /** Images of the pods, and how many have an annotation about deletion costs. */
  pods(name: string): Promise<{ images: readonly string[]; costs: number }>;
  witness(name: string): Promise<DeploymentWitness>;
  /** Frees the Lease of a process that was killed, as an operator may who knows that; else it is waited for. */
  freeLease(name: string): Promise<void>;
  /** kubectl in this namespace; rejects when it fails. */
  kubectl(...args: string[]): Promise<string>;
  close(): Promise<void>;
}

/** Makes the bench of a namespace that exists. */
export function deploymentBench(cluster: TestCluster, namespace: string): DeploymentBench {
  const leftovers: (() => void | Promise<void>)[] = [];
  const kubectl = async (...args: string[]) => {
    const { stdout, stderr, code } = await cluster.kubectl([...args, '-n', namespace]);
    if (code !== 0) throw new Error(`kubectl ${args.join(' ')}: ${stderr}`);
    return stdout;
  };
  const whole = async ({ spec, replicas = 6, ...fixture }: DeploymentFixture) => {
    const { name } = fixture;
    const made = deployment({ namespace, replicas, ...fixture });
    await cluster.apply({ ...made, spec: { ...made.spec, ...spec } });
    await cluster.waitReady('Deployment', name, namespace);
  };
  const words = (name: string, flags: readonly string[]) => [
    ...['rollout', `deploy/${name}`, '-n', namespace],
    ...['-o', 'json', '--yes', ...flags],
  ];
  const run = (...argv: string[]) => {
    const started = runInProcess(cluster.kubeconfigPath, argv);
    leftovers.push(() => started.interrupt());
    return started;
  };
  const startOver = (name: string, wrap: (kube: Kube) => Kube, ...flags: string[]) => {
    const started = runInProcess(cluster.kubeconfigPath, words(name, flags), wrap);
    leftovers.push(() => started.interrupt());
    return started;
  };
  return {
    whole,
    kubectl,
    run,
    async stale(fixture) {
      await whole(fixture);
      await kubectl('rollout', 'pause', `deployment/${fixture.name}`);
      await kubectl('set', 'image', `deployment/${fixture.name}`, 'main=app:v2');
    },
    start: (name, ...flags) => run(...words(name, flags)),
    startWith: (name, { before, act }, ...flags) =>
      startOver(name, (kube) => beforeRequest(kube, before, act), ...flags),
    startOver,
    spawn(name, ...flags) {
      const plugin = startPlugin(cluster.kubeconfigPath, words(name, flags));
      leftovers.push(() => plugin.kill());
      return plugin;
    },
    async freeLease(name) {
      await kubectl('patch', 'lease', `zone-rollout-deployment-${name}`, '--type=merge', ...FREED);
    },
    async settings(name) {
      const { spec } = deploymentSchema.parse(await cluster.json(['get', 'deploy', name, '-n', namespace]));
      const { template: _, ...rest } = spec;
      return rest;
    },
    async replicas(name) {
      const sets = await cluster.json(['get', 'rs', '-n', namespace, '-l', `app=${name}`]);
      const counts: Record<string, number> = {};
      for (const { spec } of replicaSetsSchema.parse(sets).items) {
        const image = spec.template.spec.containers[0]?.image ?? '';
        if (spec.replicas > 0) counts[image] = spec.replicas;
      }
      return counts;
    },
    async pods(name) {
      const pods = await cluster.json(['get', 'pods', '-n', namespace, '-l', `app=${name}`]);
      const { items } = podsSchema.parse(pods);
      const live = items.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
      const isCost = (key: string) => key.includes('deletion-cost');
      return {
        images: live.map(({ spec }) => spec.containers[0]?.image ?? '').sort(),
        costs: live.filter(({ metadata }) => Object.keys(metadata.annotations ?? {}).some(isCost)).length,
      };
    },
    async witness(name) {
      const witness = await startDeploymentWitness(cluster, { namespace, app: name });
      leftovers.push(() => witness.stop());
      return witness;
    },
    async close() {
      for (const end of leftovers) await end();
    },
  };
}
