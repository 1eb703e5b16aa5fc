import type { OwnerView } from '../../shared/budget/decide/admit.ts';
import { readZoneDisruptionBudget } from '../../shared/budget/decide/budget.ts';
import { createPodEnds } from '../../shared/budget/decide/ends.ts';
import { type BudgetMemory, createBudgetMemory } from '../../shared/budget/decide/memory.ts';
import {
  type NumberAges,
  type ObservedBudget,
  type ObservedCluster,
  observeBudget,
  viewOwner,
} from '../../shared/budget/decide/observe.ts';
import { watchedResource } from '../../shared/budget/decide/owners.ts';
import { createPodIndex, type PodIndex } from '../../shared/budget/decide/pod-index.ts';
import type { PodRecord } from '../../shared/budget/decide/pod-record.ts';
import type { ZoneDisruptionBudget } from '../../shared/budget/decide/types.ts';
import { createScales, type Scales } from '../../shared/budget/scales.ts';
import { watchCounted } from '../../shared/budget/watch-counted.ts';
import type { Clock } from '../../shared/clock.ts';
import type { Kube } from '../../shared/kube/kube.ts';
import { type Node, readNode } from '../../shared/kube/objects.ts';
import { RESOURCES } from '../../shared/kube/paths.ts';
import { type WatchSet, watchSet } from '../../shared/kube/watch-set.ts';
import { type ZoneOfNode, zoneOfNodeLabels } from '../../shared/kube/zones.ts';
import { type Log, logConnection, messageOf } from '../telemetry/log.ts';
import { createFreshness, type Freshness } from './freshness.ts';
import { readPodRecord } from './pod-record.ts';
import { trimmingPods } from './trim.ts';

/** The webhook's view of the cluster, kept current by watches. */
export interface ClusterView {
  /** Keyed by `namespace/name`. */
  readonly budgets: ReadonlyMap<string, ZoneDisruptionBudget>;
  readonly zoneOfNode: ZoneOfNode;
  readonly scales: Scales;
  /** The cached state of a budget's pods. */
  observe(budget: ZoneDisruptionBudget): ObservedBudget;
  /** The owner's view of a pod: whether its scale includes the pod. */
  ownerOf(pod: PodRecord): OwnerView | undefined;
  /** What this process has observed of the budgets. */
  readonly memory: BudgetMemory;
  readonly freshness: Freshness;
  /** Resources whose watch is broken. */
  stale(): readonly string[];
  /** Called with the namespace that changed, or `undefined` if it may be any. */
  onChange(listener: (namespace: string | undefined) => void): void;
  stop(): Promise<void>;
}

export interface ClusterViewOptions {
  kube: Kube;
  clock: Clock;
  random: () => number;
  log: Log;
  /** Called with the reason each time a first list fails. */
  onWaiting?: (reason: string) => void;
}

/** Complete pods are large, and pages in flight must fit into memory with the cached pods. */
const PAGE_SIZE = 200;

interface NodeZone {
  name: string;
  zone: string | undefined;
}

/**
 * Lists and watches everything that the counts depend on. Nodes come first, so that the zone of each pod is known when
 * the pod is added. What cannot be read yet, for example because the API server has not loaded its RBAC rules or a CRD
 * is missing, is retried until it can.
 */
export async function watchCluster(options: ClusterViewOptions): Promise<ClusterView> {
  const { kube, clock, random, log } = options;
  const listeners: ((namespace: string | undefined) => void)[] = [];
  const tell = (namespace: string | undefined) => {
    for (const listener of listeners) listener(namespace);
  };
  const memory = createBudgetMemory();
  const ends = createPodEnds();
  const set: WatchSet = watchSet({
    ...{ kube, clock, random },
    pageSize: PAGE_SIZE,
    retryFirstList: true,
    onConnection(state, resource) {
      logConnection(log, resource, state);
      const isListed = (set.caches.get(resource)?.resourceVersion ?? '') !== '';
      if (state.kind === 'lost' && !isListed) options.onWaiting?.(state.reason);
    },
    onProblem: (error, resource) => log.warn({ resource, error: messageOf(error) }, 'object cannot be read'),
  });
  const budgets = set.watch(RESOURCES.zonedisruptionbudgets, {
    parse: readZoneDisruptionBudget,
    onEvent(type, budget, previous) {
      if (type === 'DELETED') memory.forget((previous ?? budget).metadata.uid);
      else memory.see(budget, clock.monotonicMs());
      tell(budget.metadata.namespace);
    },
  });
  const cluster = await watchCounted<PodRecord, PodIndex, NodeZone>(set, {
    nodes: {
      parse: readNodeZone,
      zoneOf: (node) => node,
      onEvent(type, node, previous) {
        if (type !== 'MODIFIED' || node.zone !== previous?.zone) tell(undefined);
      },
    },
    pods: {
      kube: trimmingPods(kube),
      parse: readPodRecord,
      index: createPodIndex,
      onEvent(type, pod, previous) {
        ends.note(type, pod, previous, clock.monotonicMs());
        if (previous === undefined || type === 'DELETED' || matters(pod, previous)) tell(pod.namespace);
      },
    },
    onWorkload: (_, workload) => tell(workload.namespace),
  });
  const scales = createScales(kube, clock);
  const freshness = createFreshness(set.caches, clock, log);
  const ages: NumberAges = {
    hasEndedSince: ends.hasEndedSince,
    absentSinceMs: (uid) => ends.absentSinceMs(uid, clock.monotonicMs()),
    numberAtMs(owner) {
      const resource = watchedResource(owner);
      const listedAtMs = resource === undefined ? Number.NEGATIVE_INFINITY : freshness.listedAtMs(resource);
      return Math.max(listedAtMs, scales.saidAtMs(owner));
    },
  };
  const seen = (): ObservedCluster => ({ ...cluster.observed(scales.get), ages });
  return {
    budgets: budgets.items,
    zoneOfNode: cluster.zoneOfNode,
    scales,
    memory,
    freshness,
    observe: (budget) => observeBudget(budget, seen()),
    ownerOf: (pod) => viewOwner(pod, seen()),
    stale: () =>
      [...set.caches].filter(([, cache]) => cache.staleSinceMs !== undefined).map(([resource]) => resource),
    onChange: (listener) => void listeners.push(listener),
    async stop() {
      freshness.stop();
      await set.stop();
    },
  };
}

function readNodeZone(value: unknown): NodeZone {
  const { metadata }: Node = readNode(value);
  return { name: metadata.name, zone: zoneOfNodeLabels(metadata.labels) };
}

/** Most changes of a pod's status change no count. */
function matters(pod: PodRecord, previous: PodRecord): boolean {
  return (
    pod.uid !== previous.uid ||
    pod.available !== previous.available ||
    pod.terminating !== previous.terminating ||
    pod.terminal !== previous.terminal ||
    pod.node !== previous.node ||
    pod.controller?.uid !== previous.controller?.uid ||
    !sameLabels(pod.labels, previous.labels)
  );
}

function sameLabels(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key]);
}
