import { ApiError } from '../kube/kube.ts';
import { RESOURCES, type ResourceAddress } from '../kube/paths.ts';
import type { WatchCache, WatchCacheOptions } from '../kube/watch-cache.ts';
import type { WatchSet } from '../kube/watch-set.ts';
import type { ChangeType } from '../kube/watch-store.ts';
import type { ZoneOfNode } from '../kube/zones.ts';
import type { ObservedCluster } from './decide/observe.ts';
import type { Pods } from './decide/pod-index.ts';
import type { PodRecord } from './decide/pod-record.ts';
import { readWorkload, type Workload, type WorkloadKind } from './decide/workload.ts';
import { createWorkloadIndex } from './decide/workload-index.ts';

/** The kinds of owners that are listed and watched. */
export const COUNTED_WORKLOADS: readonly (readonly [WorkloadKind, ResourceAddress])[] = [
  ['StatefulSet', RESOURCES.statefulsets],
  ['Deployment', RESOURCES.deployments],
  ['ReplicaSet', RESOURCES.replicasets],
];

/** The objects that the counts of ZoneDisruptionBudgets depend on, kept current by watches. */
export interface CountedCluster<P extends PodRecord, I extends Pods<P>, N> {
  /** By name; undefined without permission to read nodes. */
  readonly nodes: ReadonlyMap<string, N> | undefined;
  readonly zoneOfNode: ZoneOfNode;
  readonly pods: I;
  /** For `observeBudget`, with the scales of owners that are not watched. */
  observed(scaleOf: ObservedCluster<P>['scaleOf']): ObservedCluster<P>;
}

type OnEvent<T> = WatchCacheOptions<T>['onEvent'];

export interface CountedClusterOptions<P extends PodRecord, I extends Pods<P>, N> {
  /** Undefined for all namespaces. */
  namespace?: string | undefined;
  nodes: {
    parse(value: unknown): N;
    zoneOf(node: N): { name: string; zone: string | undefined };
    onEvent?: OnEvent<N>;
    /** Whether to continue without permission to read nodes: then zones are those of the pods' own labels. */
    mayBeForbidden?: boolean;
  };
  pods: Pick<WatchCacheOptions<P>, 'parse' | 'onEvent'> &
    Partial<Pick<WatchCacheOptions<P>, 'kube'>> & {
      /** Keeps the pods; the zones of their nodes are known before they are applied. */
      index(zoneOfNode: ZoneOfNode): I & { apply(type: ChangeType, pod: P): void };
    };
  onWorkload?: OnEvent<Workload>;
}

/** Pods may still name a node that is gone; with autoscaling there are ever new ones. */
const MOST_GONE_NODES = 1_000;

/**
 * Adds the watches to the set, and resolves when each watch of the set has its first list. Nodes come first, so that the
 * zone of each pod is known when the pod is added. If that fails, the set is stopped.
 *
 * @throws ApiError if something may not be read
 */
export async function watchCounted<P extends PodRecord, I extends Pods<P>, N>(
  set: WatchSet,
  { namespace, nodes, pods, onWorkload }: CountedClusterOptions<P, I, N>,
): Promise<CountedCluster<P, I, N>> {
  try {
    const { zoneOfNode, cache } = await watchNodes(set, nodes);
    const workloads = createWorkloadIndex();
    const index = pods.index(zoneOfNode);
    const podCache = set.watch<P>(
      { ...RESOURCES.pods, namespace },
      {
        ...pods,
        onEvent(type, pod, previous) {
          index.apply(type, pod);
          pods.onEvent?.(type, pod, previous);
        },
      },
    );
    const owners = COUNTED_WORKLOADS.map(([kind, address]) =>
      set.watch<Workload>(
        { ...address, namespace },
        {
          parse: (object) => readWorkload(kind, object),
          onEvent(type, workload, previous) {
            workloads.apply(type, workload);
            onWorkload?.(type, workload, previous);
          },
        },
      ),
    );
    await set.synced();
    return {
      nodes: cache?.items,
      zoneOfNode,
      pods: index,
      observed: (scaleOf) => ({
        pods: index,
        workloads,
        zoneOfNode,
        scaleOf,
        versions: {
          ...Object.fromEntries(
            COUNTED_WORKLOADS.map(([, { resource }], at) => [resource, owners[at]?.resourceVersion ?? '']),
          ),
          pods: podCache.resourceVersion,
        },
      }),
    };
  } catch (error) {
    await set.stop();
    throw error;
  }
}

async function watchNodes<N>(
  set: WatchSet,
  { parse, zoneOf, onEvent, mayBeForbidden }: CountedClusterOptions<PodRecord, Pods, N>['nodes'],
): Promise<{ zoneOfNode: ZoneOfNode; cache: WatchCache<N> | undefined }> {
  const zones = new Map<string, string>();
  const gone = new Set<string>();
  const cache = set.watch<N>(RESOURCES.nodes, {
    parse,
    onEvent(type, node, previous) {
      const { name, zone } = zoneOf(node);
      if (zone === undefined) zones.delete(name);
      else zones.set(name, zone);
      gone.delete(name);
      if (type === 'DELETED') gone.add(name);
      const [oldest] = gone;
      if (gone.size > MOST_GONE_NODES && oldest !== undefined) {
        gone.delete(oldest);
        zones.delete(oldest);
      }
      onEvent?.(type, node, previous);
    },
  });
  try {
    await cache.synced;
  } catch (error) {
    if (!(mayBeForbidden && error instanceof ApiError && error.code === 403)) throw error;
    set.remove(RESOURCES.nodes);
    return { zoneOfNode: () => undefined, cache: undefined };
  }
  return { zoneOfNode: (node) => zones.get(node), cache };
}
