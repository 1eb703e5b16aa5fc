import type { ObservedCluster } from '../../shared/budget/decide/observe.ts';
import { type ReadBudget, readBudget } from '../../shared/budget/decide/read-budget.ts';
import { readWorkload, type Workload, type WorkloadKind } from '../../shared/budget/decide/workload.ts';
import { createWorkloadIndex } from '../../shared/budget/decide/workload-index.ts';
import { scaleReader } from '../../shared/budget/read-scale.ts';
import type { Clock } from '../../shared/clock.ts';
import type { Kube } from '../../shared/kube/kube.ts';
import {
  type Node,
  type PodDisruptionBudget,
  readNode,
  readPodDisruptionBudget,
} from '../../shared/kube/objects.ts';
import { RESOURCES, type ResourceAddress, resourcePath } from '../../shared/kube/paths.ts';
import {
  type ConnectionState,
  type WatchCache,
  type WatchCacheOptions,
  watchCache,
} from '../../shared/kube/watch-cache.ts';
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

const WORKLOADS: readonly (readonly [WorkloadKind, ResourceAddress])[] = [
  ['StatefulSet', RESOURCES.statefulsets],
  ['Deployment', RESOURCES.deployments],
  ['ReplicaSet', RESOURCES.replicasets],
];

/**
 * Starts the watches, over all namespaces, and resolves when each has its first list. Nodes come first, so that the
 * zone of each pod is known when the pod is added.
 *
 * @throws ApiError if access is denied
 */
export async function watchDrain({
  kube,
  zoneBudgets: hasZoneBudgets,
  ...surroundings
}: WatchDrainOptions): Promise<DrainWatches> {
  const caches: WatchCache<unknown>[] = [];
  const listeners = new Set<() => void>();
  const tell = () => {
    for (const listener of listeners) listener();
  };
  const watch = <T>(
    address: ResourceAddress,
    parse: (object: unknown) => T,
    onEvent?: WatchCacheOptions<T>['onEvent'],
  ): WatchCache<T> => {
    const path = resourcePath(address);
    const cache = watchCache<T>({ kube, path, pageSize: PAGE_SIZE, parse, onEvent, ...surroundings });
    caches.push(cache);
    cache.onChange(tell);
    return cache;
  };
  const scales = watchScales(scaleReader(kube, SCALE_TIMEOUT_MS), surroundings.clock, tell);
  const stop = async () => {
    scales.stop();
    await Promise.all(caches.map((cache) => cache.stop()));
  };

  try {
    /** Pods may still name a node that is gone. */
    const zones = new Map<string, string>();
    const nodes = watch(RESOURCES.nodes, readNode, (_, { metadata }) => {
      const zone = zoneOfNodeLabels(metadata.labels);
      if (zone) zones.set(metadata.name, zone);
      else zones.delete(metadata.name);
    });
    await nodes.synced;
    const zoneOfNode = (node: string) => zones.get(node);
    const pods = createPodStore(zoneOfNode);
    const workloads = createWorkloadIndex();
    const podCache = watch(RESOURCES.pods, readDrainRecord, pods.apply);
    const owners = WORKLOADS.map(([kind, address]) => ({
      resource: address.resource,
      cache: watch<Workload>(address, (object) => readWorkload(kind, object), workloads.apply),
    }));
    const podBudgets = watch(RESOURCES.poddisruptionbudgets, readPodDisruptionBudget);
    const zoneBudgets = hasZoneBudgets ? watch(RESOURCES.zonedisruptionbudgets, readBudget) : undefined;
    await Promise.all(caches.map((cache) => cache.synced));
    return {
      nodes: nodes.items,
      pods,
      zoneBudgets: zoneBudgets?.items ?? new Map(),
      podBudgets: podBudgets.items,
      cluster: () => ({
        pods,
        workloads,
        zoneOfNode,
        scaleOf: scales.get,
        versions: {
          ...Object.fromEntries(owners.map(({ resource, cache }) => [resource, cache.resourceVersion])),
          pods: podCache.resourceVersion,
        },
      }),
      get staleSinceMs() {
        const since = caches.flatMap((cache) => cache.staleSinceMs ?? []);
        return since.length > 0 ? Math.min(...since) : undefined;
      },
      onChange: (listener) => void listeners.add(listener),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
