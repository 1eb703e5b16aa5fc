import type { ObservedCluster } from '../../shared/budget/decide/observe.ts';
import { type ReadBudget, readBudget } from '../../shared/budget/decide/read-budget.ts';
import { scaleReader } from '../../shared/budget/read-scale.ts';
import { watchCounted } from '../../shared/budget/watch-counted.ts';
import type { Clock } from '../../shared/clock.ts';
import type { Kube } from '../../shared/kube/kube.ts';
import {
  type Node,
  type PodDisruptionBudget,
  readNode,
  readPodDisruptionBudget,
} from '../../shared/kube/objects.ts';
import { RESOURCES, resourcePath } from '../../shared/kube/paths.ts';
import type { ConnectionState } from '../../shared/kube/watch-cache.ts';
import { watchSet } from '../../shared/kube/watch-set.ts';
import { zoneOfNodeLabels } from '../../shared/kube/zones.ts';
import { createPodStore, type DrainRecord, type PodStore, readDrainRecord } from './pod-store.ts';
import { watchScales } from './scales.ts';

/** Everything that a drain watches. */
export interface DrainWatches {
  readonly nodes: ReadonlyMap<string, Node>;
  readonly pods: PodStore;
  /** By `namespace/name`; empty if the CRD is not installed. */
  readonly zoneBudgets: ReadonlyMap<string, ReadBudget>;
  /** By `namespace/name`. */
  readonly podBudgets: ReadonlyMap<string, PodDisruptionBudget>;
  /** For the observer of budgets: the same pods and their owners. */
  cluster(): ObservedCluster<DrainRecord>;
  /** Since when at least one watch has been broken; its data may be stale. */
  readonly staleSinceMs: number | undefined;
  onChange(listener: () => void): void;
  /** Resolves when the pods of a namespace are shown at least as they are now; see `WatchCache.reach`. */
  reachPods(namespace: string, signal: AbortSignal): Promise<void>;
  stop(): Promise<void>;
}

export interface WatchDrainOptions {
  kube: Kube;
  clock: Clock;
  random: () => number;
  /** Whether the API server serves ZoneDisruptionBudgets: if not, listing them may even be forbidden. */
  zoneBudgets: boolean;
  onConnection(state: ConnectionState): void;
  onProblem(error: Error): void;
}

const SCALE_TIMEOUT_MS = 5_000;
/** Complete pods are large, and those of a page are in memory with the trimmed ones. */
const PAGE_SIZE = 250;

/**
 * Starts the watches, over all namespaces, and resolves when each has its first list. See `watchCounted`.
 *
 * @throws ApiError if access is denied
 */
export async function watchDrain({
  kube,
  zoneBudgets: hasZoneBudgets,
  ...surroundings
}: WatchDrainOptions): Promise<DrainWatches> {
  const set = watchSet({ kube, pageSize: PAGE_SIZE, ...surroundings });
  const listeners = new Set<() => void>();
  const tell = () => {
    for (const listener of listeners) listener();
  };
  set.onChange(tell);
  const readScale = scaleReader(kube, SCALE_TIMEOUT_MS, { checksOwner: true });
  const scales = watchScales(readScale, surroundings.clock, tell);
  const stop = async () => {
    scales.stop();
    await set.stop();
  };
  const podBudgets = set.watch(RESOURCES.poddisruptionbudgets, { parse: readPodDisruptionBudget });
  const zoneBudgets = hasZoneBudgets
    ? set.watch(RESOURCES.zonedisruptionbudgets, { parse: readBudget })
    : undefined;
  const cluster = await watchCounted<DrainRecord, PodStore, Node>(set, {
    nodes: {
      parse: readNode,
      zoneOf: ({ metadata: { name, labels } }) => ({ name, zone: zoneOfNodeLabels(labels) }),
    },
    pods: { parse: readDrainRecord, index: createPodStore },
  });
  return {
    nodes: cluster.nodes ?? new Map(),
    pods: cluster.pods,
    zoneBudgets: zoneBudgets?.items ?? new Map(),
    podBudgets: podBudgets.items,
    cluster: () => cluster.observed(scales.get),
    get staleSinceMs() {
      return set.staleSinceMs;
    },
    onChange: (listener) => void listeners.add(listener),
    async reachPods(namespace, signal) {
      const path = resourcePath({ ...RESOURCES.pods, namespace });
      await set.caches.get(RESOURCES.pods.resource)?.reach(signal, { namespace, path });
    },
    stop,
  };
}
