import type { Clock } from '../../clock.ts';
import { ApiError, type Kube } from '../../kube/kube.ts';
import { type HolderSight, seeHolder } from '../../kube/lease-holder.ts';
import { type Lease, type Node, type Pod, readLease, readNode, readPod } from '../../kube/objects.ts';
import { RESOURCES, resourcePath } from '../../kube/paths.ts';
import {
  type ConnectionState,
  type WatchCache,
  type WatchCacheOptions,
  watchCache,
} from '../../kube/watch-cache.ts';
import type { ZoneSource } from '../../kube/zones.ts';
import type { ObservedCluster, Workload } from '../decide/workload.ts';
import { unlessAborted } from './time-limit.ts';

/** A workload with its pods and their nodes, kept up to date. */
export interface WorkloadWatches<Own = unknown> {
  /** Undefined if it was deleted. */
  readonly workload: Workload | undefined;
  /** The API objects the workload consists of. */
  readonly own: Own | undefined;
  readonly pods: ReadonlyMap<string, Pod>;
  /** By name; undefined without permission to list nodes. */
  readonly nodes: ReadonlyMap<string, Node> | undefined;
  /** The rollout's Lease; undefined if there is none, and without permission to watch it. */
  readonly lease: Lease | undefined;
  /** The same, with the time its holder was last seen renewing it. */
  readonly holder: HolderSight | undefined;
  /** Since when at least one watch is broken; its data may be stale. */
  readonly staleSinceMs: number | undefined;
  /** All that an observation of the workload needs. */
  readonly cluster: ObservedCluster;
  onChange(listener: () => void): void;
  /**
   * Calls the listener synchronously when a watch reports that a pod is gone: with its final state and the
   * one before. Not called for pods removed while the watch was broken.
   */
  onPodGone(listener: (last: Pod, before: Pod) => void): void;
  /**
   * Resolves when workload and pods are shown at least as they are now: after the Lease was acquired, what its last
   * holder did must be known. Rejects when the signal aborts, or if they may not be listed.
   */
  reach(signal: AbortSignal): Promise<void>;
  /** Resolves when `holds` returns true; checked after each change. Rejects when the signal aborts. */
  until(holds: () => boolean, signal: AbortSignal): Promise<void>;
  stop(): Promise<void>;
}

/** Options shared by the caches of a workload. */
export type CommonCacheOptions = Pick<
  WatchCacheOptions<unknown>,
  'kube' | 'clock' | 'random' | 'onConnection' | 'onProblem'
>;

/** The caches of the objects that the workload itself consists of. */
export interface OwnCaches<Own> {
  readonly caches: readonly WatchCache<unknown>[];
  /** Undefined if the workload was deleted. */
  read(): Own | undefined;
  toWorkload(own: Own, lease: Lease | undefined): Workload;
}

export interface WatchWorkloadOptions<Own> {
  kube: Kube;
  workload: Workload;
  open(common: CommonCacheOptions): OwnCaches<Own>;
  /** Selects the pods of the workload, and perhaps others; undefined for all pods of the namespace. */
  podSelector: string | undefined;
  /** Where the pods' zones come from; undefined for the workload's default. */
  zones: ZoneSource | undefined;
  clock: Clock;
  random: () => number;
  onConnection(state: ConnectionState): void;
  onProblem(error: Error): void;
  /** Cancels the wait for the first lists. */
  signal?: AbortSignal | undefined;
}

/**
 * Starts the watches and resolves when each has its first list.
 *
 * @throws ApiError if the workload or its pods cannot be read
 */
export async function watchWorkload<Own>(options: WatchWorkloadOptions<Own>): Promise<WorkloadWatches<Own>> {
  const { workload } = options;
  const { namespace, lease: leaseName } = workload.id;
  const common = {
    kube: options.kube,
    clock: options.clock,
    random: options.random,
    onConnection: options.onConnection,
    onProblem: options.onProblem,
  };
  const podGone: ((last: Pod, before: Pod) => void)[] = [];
  const own = options.open(common);
  const pods = watchCache<Pod>({
    ...common,
    path: resourcePath({ ...RESOURCES.pods, namespace }),
    labelSelector: options.podSelector,
    parse: readPod,
    onEvent: (type, last, before) => {
      // A pod missing from a list has no final state of its own.
      if (type !== 'DELETED' || before === undefined || last === before) return;
      for (const listener of podGone) listener(last, before);
    },
  });
  const nodes = watchCache<Node>({ ...common, path: resourcePath(RESOURCES.nodes), parse: readNode });
  let holder: HolderSight | undefined;
  const leases = watchCache<Lease>({
    ...common,
    path: resourcePath({ ...RESOURCES.leases, namespace }),
    fieldSelector: `metadata.name=${leaseName}`,
    parse: readLease,
    onEvent: (type, lease) => {
      holder = type === 'DELETED' ? undefined : seeHolder(holder, lease, options.clock.monotonicMs());
    },
  });
  let all: WatchCache<unknown>[] = [...own.caches, pods, nodes, leases];
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
    const listed = Promise.all([
      ifAllowed(nodes),
      ifAllowed(leases),
      pods.synced,
      ...own.caches.map((cache) => cache.synced),
    ]);
    const [nodesAllowed, leasesAllowed] = await (options.signal
      ? unlessAborted(options.signal, listed)
      : listed);
    nodesReadable = nodesAllowed;
    if (!leasesAllowed) all = [...own.caches, pods, nodes];
  } catch (error) {
    await Promise.all(all.map((cache) => cache.stop()));
    throw error;
  }
  const readableNodes = nodesReadable ? nodes.items : undefined;
  const lease = () => leases.items.get(`${namespace}/${leaseName}`);
  return {
    get own() {
      return own.read();
    },
    get workload() {
      const seen = own.read();
      return seen === undefined ? undefined : own.toWorkload(seen, lease());
    },
    pods: pods.items,
    nodes: readableNodes,
    get cluster() {
      return { pods: pods.items.values(), nodes: readableNodes, zones: options.zones };
    },
    get lease() {
      return lease();
    },
    get holder() {
      return holder;
    },
    get staleSinceMs() {
      const since = all.flatMap((cache) => cache.staleSinceMs ?? []);
      return since.length > 0 ? Math.min(...since) : undefined;
    },
    onChange(listener) {
      for (const cache of all) cache.onChange(listener);
    },
    onPodGone: (listener) => podGone.push(listener),
    async reach(signal) {
      await Promise.all([...own.caches, pods].map((cache) => cache.reach(signal)));
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
