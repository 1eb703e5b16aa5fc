import { readZoneDisruptionBudget } from '../../shared/budget/budget.ts';
import type { ZoneDisruptionBudget } from '../../shared/budget/types.ts';
import type { Clock } from '../../shared/clock.ts';
import { ApiError, type Kube } from '../../shared/kube/kube.ts';
import { type Node, type Pod, readNode, readPod } from '../../shared/kube/objects.ts';
import { RESOURCES, type ResourceAddress, resourcePath } from '../../shared/kube/paths.ts';
import { type ConnectionState, type WatchCache, watchCache } from '../../shared/kube/watch-cache.ts';
import { zoneOfPod } from '../../shared/rollout/observe.ts';
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
  const workloads = WORKLOADS.map(([address, read]) => ({
    resource: address.resource,
    cache: watch<Workload>(address, read),
  }));
  const nodes = watchCache<Node>({
    kube,
    path: resourcePath(RESOURCES.nodes),
    parse: readNode,
    clock,
    random,
    onConnection,
    onProblem,
  });
  const owners = workloads.map(({ cache }) => cache);
  const all: WatchCache<unknown>[] = [budgets, pods, nodes, ...owners];
  const stop = async () => {
    await Promise.all(all.map((cache) => cache.stop()));
  };
  let nodesReadable = true;
  try {
    await Promise.all([
      ...[budgets, pods, ...owners].map(({ synced }) => synced),
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
  const lastZones = new Map<string, Map<string, string>>();
  const remember = (present: readonly Pod[]) => {
    for (const pod of present) {
      const zone = zoneOfPod(pod, nodesReadable ? nodes.items : undefined);
      const { namespace: place, name: podName } = pod.metadata;
      const zones = lastZones.get(place) ?? new Map<string, string>();
      lastZones.set(place, zones);
      if (zone !== undefined) zones.set(podName, zone);
    }
    return lastZones;
  };
  return {
    async read() {
      const found = {
        pods: [...pods.items.values()],
        workloads: owners.flatMap((cache) => [...cache.items.values()]),
      };
      const versions = {
        ...Object.fromEntries(workloads.map(({ resource, cache }) => [resource, cache.resourceVersion])),
        pods: pods.resourceVersion,
      };
      const foreign = foreignOwners(found);
      if (foreign.length > 0) scales = await fetchScales(kube, foreign);
      return {
        budgets: [...budgets.items.values()],
        ...found,
        nodes: nodesReadable ? nodes.items : undefined,
        versions,
        scales,
        lastZones: remember(found.pods),
      };
    },
    get staleSinceMs() {
      const since = all.flatMap((cache) =>
        cache === nodes && !nodesReadable ? [] : (cache.staleSinceMs ?? []),
      );
      return since.length > 0 ? Math.min(...since) : undefined;
    },
    onChange(listener) {
      for (const cache of all) cache.onChange(listener);
    },
    stop,
  };
}
