import type { Clock } from '../../shared/clock.ts';
import { ApiError, type Kube } from '../../shared/kube/kube.ts';
import {
  type Lease,
  type Node,
  type Pod,
  readLease,
  readNode,
  readPod,
  readStatefulSet,
  type StatefulSet,
} from '../../shared/kube/objects.ts';
import { RESOURCES, resourcePath } from '../../shared/kube/paths.ts';
import { labelSelectorText } from '../../shared/kube/selectors.ts';
import { type ConnectionState, type WatchCache, watchCache } from '../../shared/kube/watch-cache.ts';

/** A StatefulSet with its pods and the nodes they are on, kept up to date. */
export interface WorkloadWatches {
  /** Undefined when it has been deleted. */
  readonly statefulSet: StatefulSet | undefined;
  readonly pods: ReadonlyMap<string, Pod>;
  /** By name; undefined where listing nodes is forbidden. */
  readonly nodes: ReadonlyMap<string, Node> | undefined;
  /** The rollout's Lease; undefined when there is none, and where watching it is forbidden. */
  readonly lease: Lease | undefined;
  /** Since when at least one of the watches has been broken; what it shows may be old. */
  readonly staleSinceMs: number | undefined;
  onChange(listener: () => void): void;
  /** Resolves as soon as `holds` does; asked again after each change. Rejects when the signal aborts. */
  until(holds: () => boolean, signal: AbortSignal): Promise<void>;
  stop(): Promise<void>;
}

export interface WatchWorkloadOptions {
  kube: Kube;
  statefulSet: StatefulSet;
  /** Name of the rollout's Lease. */
  leaseName: string;
  clock: Clock;
  random: () => number;
  onConnection(state: ConnectionState): void;
  onProblem(error: Error): void;
}

/**
 * Starts the watches and resolves when each has its first list.
 *
 * @throws ApiError when the StatefulSet or its pods cannot be read
 */
export async function watchWorkload(options: WatchWorkloadOptions): Promise<WorkloadWatches> {
  const { statefulSet } = options;
  const { namespace, name } = statefulSet.metadata;
  const common = {
    kube: options.kube,
    clock: options.clock,
    random: options.random,
    onConnection: options.onConnection,
    onProblem: options.onProblem,
  };
  const sets = watchCache<StatefulSet>({
    ...common,
    path: resourcePath({ ...RESOURCES.statefulsets, namespace }),
    fieldSelector: `metadata.name=${name}`,
    parse: readStatefulSet,
  });
  const pods = watchCache<Pod>({
    ...common,
    path: resourcePath({ ...RESOURCES.pods, namespace }),
    labelSelector: labelSelectorText(statefulSet.spec.selector),
    parse: readPod,
  });
  const nodes = watchCache<Node>({ ...common, path: resourcePath(RESOURCES.nodes), parse: readNode });
  const leases = watchCache<Lease>({
    ...common,
    path: resourcePath({ ...RESOURCES.leases, namespace }),
    fieldSelector: `metadata.name=${options.leaseName}`,
    parse: readLease,
  });
  let all: WatchCache<unknown>[] = [sets, pods, nodes, leases];
  let nodesReadable = true;
  const ifAllowed = async (cache: WatchCache<unknown>) => {
    try {
      await cache.synced;
      return true;
    } catch (error) {
      if (!(error instanceof ApiError && error.code === 403)) throw error;
      return false;
    }
  };
  try {
    const [, , nodesAllowed, leasesAllowed] = await Promise.all([
      sets.synced,
      pods.synced,
      ifAllowed(nodes),
      ifAllowed(leases),
    ]);
    nodesReadable = nodesAllowed;
    if (!leasesAllowed) all = [sets, pods, nodes];
  } catch (error) {
    await Promise.all(all.map((cache) => cache.stop()));
    throw error;
  }
  return {
    get statefulSet() {
      return sets.items.get(`${namespace}/${name}`);
    },
    pods: pods.items,
    nodes: nodesReadable ? nodes.items : undefined,
    get lease() {
      return leases.items.get(`${namespace}/${options.leaseName}`);
    },
    get staleSinceMs() {
      const since = all.flatMap((cache) => cache.staleSinceMs ?? []);
      return since.length > 0 ? Math.min(...since) : undefined;
    },
    onChange(listener) {
      for (const cache of all) cache.onChange(listener);
    },
    until(holds, signal) {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const look = () => holds() && resolve();
      const stopListening = all.map((cache) => cache.onChange(look));
      const onAbort = () => reject(signal.reason);
      signal.addEventListener('abort', onAbort, { once: true });
      look();
      return promise.finally(() => {
        signal.removeEventListener('abort', onAbort);
        for (const stop of stopListening) stop();
      });
    },
    async stop() {
      await Promise.all(all.map((cache) => cache.stop()));
    },
  };
}
