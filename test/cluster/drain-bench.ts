import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import * as z from 'zod/mini';
import { runInProcess } from '../helpers/context.ts';
import { withDeadline } from '../helpers/deadline.ts';
import { type DrainLine, drainLines } from '../helpers/drain-run.ts';
import type { PluginResult, PluginRun } from '../helpers/plugin-run.ts';
import type { TestCluster } from './cluster.ts';
import { namespace, type StatefulSetFixture, statefulSet, ZONE_LABEL } from './fixtures.ts';
import { type PodView, podsOf, zonesOfNodes } from './observe.ts';
import { startWitness, type Witness } from './witness.ts';

/** What suites do with nodes, one workload and the plugin. */
export interface DrainBench {
  readonly cluster: TestCluster;
  /** Where its workloads are. */
  readonly namespace: string;
  readonly zones: readonly string[];
  /** The first two nodes of each zone, which are to be drained; in the order of the zones. */
  readonly old: readonly string[];
  oldOf(zone: string): readonly string[];
  /** The others, which take the pods. */
  readonly spare: readonly string[];
  zoneOf(node: string): string;
  /** A StatefulSet whose pods are ready and all on the old nodes, the same number in every zone. */
  settled(fixture: Omit<StatefulSetFixture, 'namespace'>): Promise<void>;
  /** Runs `kubectl zone drain` with JSON output in this process; the drain is interrupted when the test ends. */
  start(t: TestContext, words: readonly string[]): PluginRun;
  pods(app: string): Promise<PodView[]>;
  witness(t: TestContext, app: string): Promise<Witness>;
  /** Names of cordoned nodes, in ascending order. */
  cordoned(): Promise<string[]>;
  /** kubectl in the namespace; rejects when it fails. */
  kubectl(...args: string[]): Promise<string>;
  /** Uncordons all nodes, and takes all that is in the namespace away: the next test finds the cluster empty. */
  clear(): Promise<void>;
}

const Nodes = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string() }),
      spec: z.object({ unschedulable: z.optional(z.boolean()) }),
    }),
  ),
});

/** Makes the bench and its namespace, on a cluster with four nodes in each zone. */
export async function drainBench(cluster: TestCluster, name: string): Promise<DrainBench> {
  await cluster.apply(namespace(name));
  const zoneOf = await zonesOfNodes(cluster);
  const byZone = Map.groupBy([...zoneOf.keys()].sort(), (node) => zoneOf.get(node) ?? '');
  const zones = [...byZone.keys()].sort();
  const oldOf = (zone: string) => (byZone.get(zone) ?? []).slice(0, 2);
  const old = zones.flatMap(oldOf);
  const spare = [...zoneOf.keys()].filter((node) => !old.includes(node)).sort();

  const anywhere = async (...args: string[]) => {
    const { stdout, stderr, code } = await cluster.kubectl(args);
    if (code !== 0) throw new Error(`kubectl ${args.join(' ')}: ${stderr}`);
    return stdout;
  };
  const kubectl = (...args: string[]) => anywhere(...args, '-n', name);
  return {
    cluster,
    namespace: name,
    zones,
    old,
    oldOf,
    spare,
    kubectl,
    zoneOf: (node) => zoneOf.get(node) ?? '',
    async settled(fixture) {
      await anywhere('cordon', ...spare);
      await cluster.apply(statefulSet({ ...fixture, namespace: name }));
      await cluster.waitReady('StatefulSet', fixture.name, name);
      await anywhere('uncordon', ...spare);
    },
    start(t, words) {
      const run = runInProcess(cluster.kubeconfigPath, ['drain', ...words, '-o', 'json']);
      t.after(async () => {
        run.interrupt();
        await run.end;
      });
      return run;
    },
    pods: (app) => podsOf(cluster, name, app),
    async witness(t, app) {
      const witness = await startWitness(cluster, { namespace: name, app });
      t.after(() => witness.stop());
      return witness;
    },
    async cordoned() {
      const { items } = Nodes.parse(await cluster.json(['get', 'nodes']));
      return items
        .filter(({ spec }) => spec.unschedulable)
        .map(({ metadata }) => metadata.name)
        .sort();
    },
    async clear() {
      await anywhere('uncordon', '--selector', ZONE_LABEL);
      await kubectl(
        'delete',
        'statefulsets,daemonsets,poddisruptionbudgets',
        '--all',
        '--cascade=foreground',
      );
      await kubectl('delete', 'pods', '--all', '--force', '--grace-period=0');
    },
  };
}

/** What a drain said until its end, which must be this one. */
export async function drained(
  run: PluginRun,
  code: number,
): Promise<PluginResult & { lines: readonly DrainLine[] }> {
  const said = () => `stdout: ${run.stdout.text}\nstderr: ${run.stderr.text}`;
  const result = await withDeadline(run.end, said);
  assert.equal(result.code, code, said());
  return { ...result, lines: drainLines(result.stdout) };
}

/** No pod is left on these nodes, all of them are cordoned, and the workload has all its pods. */
export async function assertEmptied(
  bench: DrainBench,
  app: string,
  { nodes = bench.old, replicas }: { nodes?: readonly string[]; replicas: number },
): Promise<void> {
  const pods = await bench.pods(app);
  assert.equal(pods.length, replicas);
  for (const pod of pods) {
    assert.equal(pod.conditions.Ready, 'True', `${pod.name} is not ready`);
    assert.ok(!nodes.includes(pod.node ?? ''), `${pod.name} is on ${pod.node}`);
  }
  assert.deepEqual(await bench.cordoned(), [...nodes].sort());
}

/** Never two zones down, as an observer saw it who knows nothing of the drain. */
export async function assertOneZone(witness: Witness): Promise<void> {
  const { zonesTogether, podsDown, worst } = await witness.testimony();
  assert.ok(podsDown > 0, 'the witness saw no pod down');
  assert.equal(zonesTogether, 1, worst);
}
