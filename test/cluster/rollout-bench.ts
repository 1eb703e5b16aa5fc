import assert from 'node:assert/strict';
import * as z from 'zod/mini';
import type { Kube } from '../../shared/kube/kube.ts';
import { runInProcess } from '../helpers/context.ts';
import { withDeadline } from '../helpers/deadline.ts';
import { type PluginProcess, startPlugin } from '../helpers/plugin.ts';
import { eventsIn, type PluginEvent, type PluginResult, type PluginRun } from '../helpers/plugin-run.ts';
import type { TestCluster } from './cluster.ts';
import { type StatefulSetFixture, statefulSet } from './fixtures.ts';
import { type PodView, podsOf, waitObserved } from './observe.ts';
import { startWitness, type Witness } from './witness.ts';

type Fixture = Omit<StatefulSetFixture, 'namespace'>;

const leaseSchema = z.object({
  metadata: z.object({
    name: z.string(),
    annotations: z.optional(z.record(z.string(), z.string())),
  }),
  spec: z.object({ holderIdentity: z.optional(z.string()) }),
});

const leasesSchema = z.object({ items: z.array(leaseSchema) });

const versionsSchema = z.object({
  items: z.array(
    z.object({
      kind: z.string(),
      metadata: z.object({ name: z.string(), resourceVersion: z.string() }),
    }),
  ),
});

/** What a rollout left in its Lease. */
export interface LeaseView {
  /** Empty when nobody has it. */
  holder: string;
  state: string | undefined;
  reason: string | undefined;
  strategyBefore: string | undefined;
}

/** What suites do with StatefulSets of one namespace and the plugin. */
export interface RolloutBench {
  readonly cluster: TestCluster;
  readonly namespace: string;
  /** Applies a StatefulSet and waits until its controller has seen it. */
  apply(fixture: Fixture): Promise<void>;
  /** A StatefulSet whose pods are ready on `app:v1` and whose template is the fixture's, `app:v2` unless told. */
  stale(fixture: Fixture): Promise<void>;
  /** The words of `kubectl zone rollout` with JSON output. */
  words(name: string, ...flags: string[]): string[];
  /** Runs it in this process. */
  start(name: string, ...flags: string[]): PluginRun;
  /** The same, over a connection that is not as it should be. */
  startWith(name: string, wrap: (kube: Kube) => Kube, ...flags: string[]): PluginRun;
  /** Runs any words of the plugin in this process to their end, which must be this exit code. */
  told(words: readonly string[], code: number): Promise<PluginResult>;
  /** Runs the built plugin in a process of its own, with any words. */
  spawn(words: readonly string[], program?: string): PluginProcess;
  pods(name: string): Promise<PodView[]>;
  witness(name: string): Promise<Witness>;
  /** Undefined when there is none. */
  lease(name: string): Promise<LeaseView | undefined>;
  /** Waits until the Lease says so; what is written there may come a moment after the event. */
  leaseState(name: string, state: string): Promise<void>;
  /** Frees the Lease of a process that was killed, as an operator may who knows that; else it is waited for. */
  freeLease(name: string): Promise<void>;
  /** The resourceVersions of the StatefulSet, its Lease and its pods: equal when nothing was changed. */
  versions(name: string): Promise<string>;
  /** kubectl in this namespace; rejects when it fails. */
  kubectl(...args: string[]): Promise<string>;
  /** Ends what a failed test has left running. */
  close(): Promise<void>;
}

/** What frees a Lease, whoever holds it. */
export const FREED = ['-p', JSON.stringify({ spec: { holderIdentity: '' } })];

/** Makes the bench of a namespace that exists. */
export function rolloutBench(cluster: TestCluster, namespace: string): RolloutBench {
  const kubectl = async (...args: string[]) => {
    const { stdout, stderr, code } = await cluster.kubectl([...args, '-n', namespace]);
    if (code !== 0) throw new Error(`kubectl ${args.join(' ')}: ${stderr}`);
    return stdout;
  };
  const apply = async (fixture: Fixture) => {
    await cluster.apply(statefulSet({ ...fixture, namespace }));
    await waitObserved(cluster, namespace, fixture.name);
  };
  const leftovers: (() => void | Promise<void>)[] = [];
  const words = (name: string, ...flags: string[]) => [
    'rollout',
    `sts/${name}`,
    '-n',
    namespace,
    '-o',
    'json',
    ...flags,
  ];
  const startWith = (name: string, wrap: (kube: Kube) => Kube, ...flags: string[]) => {
    const run = runInProcess(cluster.kubeconfigPath, words(name, ...flags), wrap);
    leftovers.push(() => run.interrupt());
    return run;
  };
  return {
    cluster,
    namespace,
    kubectl,
    apply,
    words,
    async stale(fixture) {
      const { brokenIn: _, ...simulation } = fixture.simulation ?? {};
      await cluster.apply(statefulSet({ ...fixture, namespace, image: 'app:v1', simulation }));
      await cluster.waitReady('StatefulSet', fixture.name, namespace);
      await apply({ image: 'app:v2', ...fixture });
    },
    start: (name, ...flags) => startWith(name, (kube) => kube, ...flags),
    startWith,
    async told(argv, code) {
      return endedWith(runInProcess(cluster.kubeconfigPath, argv), code);
    },
    spawn(argv, program) {
      const plugin = startPlugin(cluster.kubeconfigPath, argv, program);
      leftovers.push(() => plugin.kill());
      return plugin;
    },
    pods: (name) => podsOf(cluster, namespace, name),
    async witness(name) {
      const witness = await startWitness(cluster, { namespace, app: name });
      leftovers.push(() => witness.stop());
      return witness;
    },
    async close() {
      for (const end of leftovers) await end();
    },
    async lease(name) {
      const leases = leasesSchema.parse(await cluster.json(['get', 'leases', '-n', namespace]));
      const lease = leases.items.find(({ metadata }) => metadata.name === `zone-rollout-statefulset-${name}`);
      if (!lease) return undefined;
      const { metadata, spec } = lease;
      const note = (key: string) => metadata.annotations?.[`kubectl-zone.dev/${key}`];
      return {
        holder: spec.holderIdentity ?? '',
        state: note('state'),
        reason: note('reason'),
        strategyBefore: note('strategy-before'),
      };
    },
    async leaseState(name, state) {
      const selector = `fieldSelector=metadata.name%3Dzone-rollout-statefulset-${name}`;
      await cluster.until(
        { type: 'lease', namespace, selector },
        ([lease]) => leaseSchema.parse(lease).metadata.annotations?.['kubectl-zone.dev/state'] === state,
      );
    },
    async freeLease(name) {
      await kubectl('patch', 'lease', `zone-rollout-statefulset-${name}`, '--type=merge', ...FREED);
    },
    async versions(name) {
      const types = ['statefulsets', 'pods', 'leases'];
      const lists = await Promise.all(types.map((type) => cluster.json(['get', type, '-n', namespace])));
      return lists
        .flatMap((list) => versionsSchema.parse(list).items)
        .filter(({ metadata }) => metadata.name.includes(name))
        .map(({ kind, metadata }) => `${kind}/${metadata.name} ${metadata.resourceVersion}`)
        .join('\n');
    },
  };
}

/** What a rollout said until its end, which must be this one. */
export async function ended(
  run: PluginRun,
  code: number,
): Promise<PluginResult & { events: readonly PluginEvent[] }> {
  const result = await endedWith(run, code);
  return { ...result, events: eventsIn(result.stdout.split('\n')) };
}

async function endedWith(run: PluginRun, code: number): Promise<PluginResult> {
  const said = () => `stdout: ${run.stdout.text}\nstderr: ${run.stderr.text}`;
  const result = await withDeadline(run.end, said);
  assert.equal(result.code, code, said());
  return result;
}

/** At no moment two zones, and never more pods than this. */
export async function assertOneZoneAtATime(witness: Witness, mostPodsDown: number): Promise<void> {
  const { zonesTogether, podsDown, worst } = await witness.testimony();
  assert.ok(zonesTogether <= 1, `${zonesTogether} zones were down together: ${worst}`);
  assert.ok(podsDown <= mostPodsDown, `${podsDown} pods were down, ${mostPodsDown} are allowed`);
}

/** The waves that the rules ask for on a cluster where nothing goes wrong. */
export function expectedWaves(
  pods: readonly PodView[],
  { most, factor = 2, zones }: { most: number; factor?: number; zones?: readonly string[] },
): { wave: number; zone: string; pods: string[] }[] {
  const order = zones ?? [...new Set(pods.map(({ zone = '' }) => zone))].sort();
  const waves: { wave: number; zone: string; pods: string[] }[] = [];
  for (const zone of order) {
    const names = pods
      .filter((pod) => pod.zone === zone)
      .map(({ name }) => name)
      .sort((a, b) => ordinal(b) - ordinal(a));
    while (names.length > 0) {
      const size = factor === 0 ? most : Math.min(most, Math.floor(factor ** waves.length));
      waves.push({ wave: waves.length + 1, zone, pods: names.splice(0, size) });
    }
  }
  return waves;
}

function ordinal(name: string): number {
  return Number(name.slice(name.lastIndexOf('-') + 1));
}
