import { createPodIndex } from '../../shared/budget/decide/pod-index.ts';
import { type ReadBudget, readBudget, sortBudgets } from '../../shared/budget/decide/read-budget.ts';
import { readWorkload, type Workload } from '../../shared/budget/decide/workload.ts';
import { createWorkloadIndex } from '../../shared/budget/decide/workload-index.ts';
import { scaleReader } from '../../shared/budget/read-scale.ts';
import type { Clock } from '../../shared/clock.ts';
import { ApiError, type Kube } from '../../shared/kube/kube.ts';
import { type Node, readNode } from '../../shared/kube/objects.ts';
import { RESOURCES, type ResourceAddress, resourcePath } from '../../shared/kube/paths.ts';
import {
  type ConnectionState,
  type WatchCache,
  type WatchCacheOptions,
  watchCache,
} from '../../shared/kube/watch-cache.ts';
import { zonesOf } from '../../shared/kube/zones.ts';
import { SCALE_TIMEOUT_MS, type Scope, WORKLOADS } from './fetch.ts';
import { type BudgetPod, readBudgetPod } from './pod.ts';
import { type ClusterState, withScales } from './state.ts';

/** Watched budgets and their pods. */
export interface StateWatch {
  /** The current state; the scales of other kinds of owners are read each time. */
  read(): Promise<ClusterState>;
  /** Since when the state may be outdated, by the clock; undefined while all watches are connected. */
  readonly staleSinceMs: number | undefined;
  onChange(listener: () => void): void;
  stop(): Promise<void>;
}

export interface StateWatchOptions {
  kube: Kube;
  scope: Scope;
  clock: Clock;
  random: () => number;
  onConnection(state: ConnectionState): void;
  onProblem(error: Error): void;
}

/**
 * Starts the watches and resolves when each has its first list. Nodes come first, so that the zone of each pod is known.
 *
 * @throws ApiError if something may not be read; nodes may be forbidden
 */
export async function watchState({ kube, scope, ...connection }: StateWatchOptions): Promise<StateWatch> {
  const { namespace, name, selector } = scope;
  const caches: WatchCache<unknown>[] = [];
  const watch = <T>(
    address: ResourceAddress,
    options: Pick<WatchCacheOptions<T>, 'parse'> & Partial<WatchCacheOptions<T>>,
  ): WatchCache<T> => {
    const cache = watchCache<T>({ kube, path: resourcePath(address), ...connection, ...options });
    caches.push(cache);
    return cache;
  };
  const stop = async () => {
    await Promise.all(caches.map((cache) => cache.stop()));
  };

  const nodes = watch<Node>(RESOURCES.nodes, { parse: readNode });
  try {
    const nodesReadable = await nodes.synced.then(() => true, isForbidden);
    if (!nodesReadable) caches.splice(caches.indexOf(nodes), 1);
    const zoneOfNode = zonesOf(nodesReadable ? nodes.items : undefined);
    const index = createPodIndex<BudgetPod>(zoneOfNode);
    const workloads = createWorkloadIndex();
    const budgets = watch<ReadBudget>(
      { ...RESOURCES.zonedisruptionbudgets, namespace },
      {
        parse: readBudget,
        labelSelector: selector,
        ...(name !== undefined && { fieldSelector: `metadata.name=${name}` }),
      },
    );
    const pods = watch<BudgetPod>(
      { ...RESOURCES.pods, namespace },
      { parse: readBudgetPod, onEvent: index.apply },
    );
    const owners = WORKLOADS.map(([kind, address]) => ({
      resource: address.resource,
      cache: watch<Workload>(
        { ...address, namespace },
        { parse: (object) => readWorkload(kind, object), onEvent: workloads.apply },
      ),
    }));
    await Promise.all(caches.map(({ synced }) => synced));

    const readScale = scaleReader(kube, SCALE_TIMEOUT_MS);
    return {
      read: () => {
        const versions = {
          ...Object.fromEntries(owners.map(({ resource, cache }) => [resource, cache.resourceVersion])),
          pods: pods.resourceVersion,
        };
        const found = sortBudgets(budgets.items.values());
        return withScales({ ...found, pods: index, workloads, zoneOfNode, versions }, readScale);
      },
      get staleSinceMs() {
        const since = caches.flatMap((cache) => cache.staleSinceMs ?? []);
        return since.length > 0 ? Math.min(...since) : undefined;
      },
      onChange(listener) {
        for (const cache of caches) cache.onChange(listener);
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** False for an error that says so; throws all others. */
function isForbidden(error: unknown): false {
  if (error instanceof ApiError && error.code === 403) return false;
  throw error;
}
