import { readZoneDisruptionBudget } from '../../shared/budget/budget.ts';
import type { ZoneDisruptionBudget } from '../../shared/budget/types.ts';
import type { Clock } from '../../shared/clock.ts';
import { ApiError, type Kube } from '../../shared/kube/kube.ts';
import { type Node, type Pod, readNode, readPod } from '../../shared/kube/objects.ts';
import { RESOURCES, type ResourceAddress, resourcePath } from '../../shared/kube/paths.ts';
import { type ConnectionState, type WatchCache, watchCache } from '../../shared/kube/watch-cache.ts';
import { type Scope, WORKLOADS } from './fetch.ts';
import { fetchScales } from './scales.ts';
import { type ClusterState, foreignOwners, type Scale } from './state.ts';
import type { Workload } from './workload.ts';

/** Budgets and their pods, kept up to date. */
export interface StateWatch {
  /** What the cluster looks like now; owners of other kinds are asked again each time. */
  read(): Promise<ClusterState>;
  /** Since when what is shown may be old, by the clock; undefined while all watches are live. */
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
 * Starts the watches and resolves when each has its first list.
 *
 * @throws ApiError when something may not be read; nodes may be forbidden
 */
export async function watchState(options: StateWatchOptions): Promise<StateWatch> {
  const { kube, scope, clock, random, onConnection, onProblem } = options;
  const { namespace, name, selector } = scope;
  const watch = <T>(address: ResourceAddress, parse: (object: unknown) => T, narrowed = {}): WatchCache<T> =>
    watchCache<T>({
      kube,
      path: resourcePath({ ...address, namespace }),
      parse,
      clock,
      random,
      onConnection,
      onProblem,
      ...narrowed,
    });
  const budgets = watch<ZoneDisruptionBudget>(RESOURCES.zonedisruptionbudgets, readZoneDisruptionBudget, {
    labelSelector: selector,
    ...(name !== undefined && { fieldSelector: `metadata.name=${name}` }),
  });
  const pods = watch<Pod>(RESOURCES.pods, readPod);
  const workloads = WORKLOADS.map(([address, read]) => watch<Workload>(address, read));
  const nodes = watchCache<Node>({
    kube,
    path: resourcePath(RESOURCES.nodes),
    parse: readNode,
    clock,
    random,
    onConnection,
    onProblem,
  });
  const all: WatchCache<unknown>[] = [budgets, pods, nodes, ...workloads];
  const stop = async () => {
    await Promise.all(all.map((cache) => cache.stop()));
  };
  let nodesReadable = true;
  try {
    await Promise.all([
      ...[budgets, pods, ...workloads].map(({ synced }) => synced),
      nodes.synced.catch((error: unknown) => {
        if (!(error instanceof ApiError && error.code === 403)) throw error;
        nodesReadable = false;
      }),
    ]);
  } catch (error) {
    await stop();
    throw error;
  }
  let scales: ReadonlyMap<string, Scale> = new Map();
  return {
    async read() {
      const found = {
        pods: [...pods.items.values()],
        workloads: workloads.flatMap((cache) => [...cache.items.values()]),
      };
      const podsVersion = pods.resourceVersion;
      const owners = foreignOwners(found);
      if (owners.length > 0) scales = await fetchScales(kube, owners);
      return {
        budgets: [...budgets.items.values()],
        ...found,
        nodes: nodesReadable ? nodes.items : undefined,
        podsVersion,
        scales,
      };
    },
    get staleSinceMs() {
      const since = all.flatMap((cache) => (cache === nodes && !nodesReadable ? [] : cache.staleSinceMs ?? []));
      return since.length > 0 ? Math.min(...since) : undefined;
    },
    onChange(listener) {
      for (const cache of all) cache.onChange(listener);
    },
    stop,
  };
}
