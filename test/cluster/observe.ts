import * as z from 'zod/mini';
import type { KubectlResult } from '../helpers/kubectl.ts';
import { waitUntil } from '../helpers/processes.ts';
import type { TestCluster } from './cluster.ts';
import { ZONE_LABEL } from './fixtures.ts';

/** What suites want to know of a pod. */
export interface PodView {
  name: string;
  uid: string;
  /** Undefined while it is not scheduled. */
  node: string | undefined;
  /** Undefined while it is not scheduled. */
  zone: string | undefined;
  /** The controller revision it was made from. */
  revision: string;
  phase: string;
  /** Status by condition type. */
  conditions: Readonly<Record<string, string>>;
  /** Reason of the first container's waiting state, such as `ImagePullBackOff`. */
  waitingFor: string | undefined;
  terminating: boolean;
}

const Pod = z.object({
  metadata: z.object({
    name: z.string(),
    uid: z.string(),
    labels: z.record(z.string(), z.string()),
    deletionTimestamp: z.optional(z.string()),
  }),
  spec: z.object({ nodeName: z.optional(z.string()) }),
  status: z.object({
    phase: z.string(),
    conditions: z.optional(z.array(z.object({ type: z.string(), status: z.string() }))),
    containerStatuses: z.optional(
      z.array(z.object({ state: z.object({ waiting: z.optional(z.object({ reason: z.string() })) }) })),
    ),
  }),
});

const PodList = z.object({ items: z.array(Pod) });

const NodeList = z.object({
  items: z.array(
    z.object({ metadata: z.object({ name: z.string(), labels: z.record(z.string(), z.string()) }) }),
  ),
});

/** How long pods may take to flush and go. */
const DELETION_DEADLINE_MS = 120_000;

/** Zone of each node, by node name. */
export async function zonesOfNodes(cluster: TestCluster): Promise<ReadonlyMap<string, string>> {
  const { items } = NodeList.parse(await cluster.json(['get', 'nodes']));
  return new Map(items.map(({ metadata }) => [metadata.name, metadata.labels[ZONE_LABEL] ?? '']));
}

/** The pods labelled `app=<app>`, by name in ascending order. */
export async function podsOf(cluster: TestCluster, namespace: string, app: string): Promise<PodView[]> {
  const zones = await zonesOfNodes(cluster);
  const { items } = PodList.parse(
    await cluster.json(['get', 'pods', '-n', namespace, '-l', `app=${app}`, '--sort-by=.metadata.name']),
  );
  return items.map((pod) => view(pod, zones));
}

/** The one pod with this name. Rejects when there is none. */
export async function podNamed(cluster: TestCluster, namespace: string, name: string): Promise<PodView> {
  const pod = Pod.parse(await cluster.json(['get', 'pod', name, '-n', namespace]));
  return view(pod, await zonesOfNodes(cluster));
}

/**
 * Deletes pods and waits until they are gone, however soon others take their names. `kubectl delete` itself waits for
 * ever when a successor is there before it has begun to watch.
 */
export async function deletePods(
  cluster: TestCluster,
  namespace: string,
  names: readonly string[],
  ...flags: string[]
): Promise<void> {
  const awaited = new Set(names);
  const listed = new Set<string>();
  const args = ['get', 'pods', '-n', namespace, '--watch', '--output-watch-events'];
  const format = 'jsonpath={.type} {.object.metadata.name}{"\\n"}';
  for await (const line of cluster.lines(
    [...args, '-o', format],
    AbortSignal.timeout(DELETION_DEADLINE_MS),
  )) {
    const [type, name = ''] = line.split(' ');
    if (type === 'DELETED') awaited.delete(name);
    if (awaited.size === 0) return;
    if (!awaited.has(name) || listed.has(name)) continue;
    listed.add(name);
    if (listed.size < names.length) continue;
    const scope = ['-n', namespace, '--wait=false', ...flags];
    const { code, stderr } = await cluster.kubectl(['delete', 'pod', ...names, ...scope]);
    if (code !== 0) throw new Error(stderr);
  }
  throw new Error(`the watch ended before ${[...awaited].join(', ')} had gone`);
}

function view({ metadata, spec, status }: z.infer<typeof Pod>, zones: ReadonlyMap<string, string>): PodView {
  return {
    name: metadata.name,
    uid: metadata.uid,
    node: spec.nodeName,
    zone: zones.get(spec.nodeName ?? ''),
    revision: metadata.labels['controller-revision-hash'] ?? '',
    phase: status.phase,
    conditions: Object.fromEntries((status.conditions ?? []).map((each) => [each.type, each.status])),
    waitingFor: status.containerStatuses?.[0]?.state.waiting?.reason,
    terminating: metadata.deletionTimestamp !== undefined,
  };
}

/** How many pods are in each zone; pods that are not scheduled count under the empty name. */
export function countByZone(pods: readonly PodView[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { zone = '' } of pods) counts[zone] = (counts[zone] ?? 0) + 1;
  return counts;
}

/** One that has just been made has no status yet. */
const Changed = z.object({ metadata: z.object({ generation: z.number() }) });
const Observed = z.object({ status: z.optional(z.object({ observedGeneration: z.optional(z.number()) })) });
const StatefulSet = z.extend(Changed, {
  status: z.object({
    observedGeneration: z.number(),
    currentRevision: z.string(),
    updateRevision: z.string(),
    updatedReplicas: z.optional(z.number()),
  }),
});

/** Reads a StatefulSet's generation and what its controller has made of it. */
export async function statefulSetNamed(cluster: TestCluster, namespace: string, name: string) {
  const { metadata, status } = StatefulSet.parse(
    await cluster.json(['get', 'statefulset', name, '-n', namespace]),
  );
  return { generation: metadata.generation, ...status };
}

/** Waits until a StatefulSet's controller has seen the last change of its spec. */
export async function waitObserved(cluster: TestCluster, namespace: string, name: string): Promise<void> {
  const { metadata } = Changed.parse(await cluster.json(['get', 'statefulset', name, '-n', namespace]));
  const { generation } = metadata;
  await cluster.until(
    { type: 'statefulset', namespace, selector: `fieldSelector=metadata.name%3D${name}` },
    ([set]) => Observed.parse(set).status?.observedGeneration === generation,
  );
}

/**
 * Asks for an eviction over the Eviction API and hands over kubectl's answer: a refusal is an exit code of 1 and the
 * reason on stderr.
 */
export function evict(
  cluster: TestCluster,
  target: { namespace: string; pod: string; uid?: string; dryRun?: boolean },
): Promise<KubectlResult> {
  const body = {
    apiVersion: 'policy/v1',
    kind: 'Eviction',
    metadata: { name: target.pod, namespace: target.namespace },
    ...(target.uid !== undefined && { deleteOptions: { preconditions: { uid: target.uid } } }),
  };
  const path = `/api/v1/namespaces/${target.namespace}/pods/${target.pod}/eviction`;
  const query = target.dryRun ? '?dryRun=All' : '';
  return cluster.kubectl(['create', '--raw', `${path}${query}`, '-f', '-'], { input: JSON.stringify(body) });
}

const VersionAnswer = z.object({ serverVersion: z.object({ minor: z.string() }) });

/** The 37 of Kubernetes 1.37. */
export async function minorOf(cluster: TestCluster): Promise<number> {
  return Number.parseInt(VersionAnswer.parse(await cluster.json(['version'])).serverVersion.minor, 10);
}

/**
 * Waits until `kubectl get` with these words finds something. `kubectl wait --for=create` is not known before 1.31.
 *
 * @throws Error after two minutes
 */
export function waitThereIs(cluster: TestCluster, ...words: string[]): Promise<void> {
  const thereIs = async () => (await cluster.kubectl(['get', ...words, '-o', 'name'])).stdout !== '';
  return waitUntil(words.join(' '), thereIs, { processes: [], deadlineMs: 120_000 });
}
