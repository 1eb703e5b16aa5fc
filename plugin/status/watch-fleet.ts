import { createPodIndex } from '../../shared/budget/decide/pod-index.ts';
import { type ReadBudget, readBudget, sortBudgets } from '../../shared/budget/decide/read-budget.ts';
import {
  type Workload as Owner,
  type WorkloadKind as OwnerKind,
  readWorkload,
} from '../../shared/budget/decide/workload.ts';
import { createWorkloadIndex } from '../../shared/budget/decide/workload-index.ts';
import { createScales } from '../../shared/budget/scales.ts';
import type { Clock } from '../../shared/clock.ts';
import { ApiError, type Kube } from '../../shared/kube/kube.ts';
import { type HolderSight, seeHolder } from '../../shared/kube/lease-holder.ts';
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
import { RESOURCES, type ResourceAddress } from '../../shared/kube/paths.ts';
import type { ConnectionState, WatchCache } from '../../shared/kube/watch-cache.ts';
import { watchSet } from '../../shared/kube/watch-set.ts';
import { zonesOf } from '../../shared/kube/zones.ts';
import {
  type ReplicaSet,
  type RolledDeployment,
  readReplicaSet,
  readRolledDeployment,
} from '../../shared/rollout/decide/deployment-objects.ts';
import { unreadable } from '../budget/errors.ts';
import { type BudgetPod, budgetPod } from '../budget/pod.ts';
import { type ClusterState, withScales } from '../budget/state.ts';

/** The objects that the status of workloads consists of, as their watches have them. */
export interface FleetObjects {
  statefulSets: Iterable<StatefulSet>;
  deployments: Iterable<RolledDeployment>;
  replicaSets: Iterable<ReplicaSet>;
  pods: Iterable<Pod>;
  /** By name; undefined without permission to read them. */
  nodes: ReadonlyMap<string, Node> | undefined;
  /** By `namespace/name`; empty without permission to read Leases. */
  leases: ReadonlyMap<string, HolderSight>;
  budgets: ClusterState;
  /** What could not be read, and what that means. */
  notes: readonly string[];
}

export interface FleetWatch {
  /** The current objects; the scales of other kinds of owners are read each time. */
  read(): Promise<FleetObjects>;
  /** Returns what ends the calls. */
  onChange(listener: () => void): () => void;
  stop(): Promise<void>;
}

export interface FleetWatchOptions {
  kube: Kube;
  /** Undefined for all namespaces. */
  namespace: string | undefined;
  clock: Clock;
  random: () => number;
  onConnection(state: ConnectionState): void;
  onProblem(error: Error): void;
  /** Cancels the wait for the first lists. */
  signal: AbortSignal;
}

/** An object in the two forms in which rollouts and budgets read it. */
interface Both<T, Counted> {
  own: T;
  counted: Counted;
}

/**
 * Starts the watches and resolves when each has its first list. Nodes come first, so that the zone of each pod is known.
 *
 * @throws UserError if workloads or pods may not be read; nodes, Leases and budgets may be forbidden
 */
export async function watchFleet(options: FleetWatchOptions): Promise<FleetWatch> {
  const { namespace, signal, ...connection } = options;
  const { kube, clock } = connection;
  const notes: string[] = [];
  const watches = watchSet(connection);
  const here = (address: ResourceAddress) => ({ ...address, namespace });
  const owners = createWorkloadIndex();
  const owner = <T>(kind: OwnerKind, address: ResourceAddress, parse: (object: unknown) => T) =>
    watches.watch<Both<T, Owner>>(here(address), {
      parse: (object) => ({ own: parse(object), counted: readWorkload(kind, object) }),
      onEvent: (type, { counted }) => owners.apply(type, counted),
    });
  const onAbort = () => void watches.stop();
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    const nodes = watches.watch<Node>(RESOURCES.nodes, { parse: readNode });
    const nodesReadable = (await refusalOf(nodes, [403])) === undefined;
    if (!nodesReadable)
      notes.push(
        'nodes may not be read: zones come from the labels of the pods, and cordoned nodes are not known',
      );
    const readableNodes = nodesReadable ? nodes.items : undefined;
    const zoneOfNode = zonesOf(readableNodes);
    const index = createPodIndex<BudgetPod>(zoneOfNode);
    const sights = new Map<string, HolderSight>();

    const sets = owner('StatefulSet', RESOURCES.statefulsets, readStatefulSet);
    const deployments = owner('Deployment', RESOURCES.deployments, readRolledDeployment);
    const replicaSets = owner('ReplicaSet', RESOURCES.replicasets, readReplicaSet);
    const pods = watches.watch<Both<Pod, BudgetPod>>(here(RESOURCES.pods), {
      parse(object) {
        const own = readPod(object);
        return { own, counted: budgetPod(own) };
      },
      onEvent: (type, { counted }) => index.apply(type, counted),
    });
    const leases = watches.watch<Lease>(here(RESOURCES.leases), {
      parse: readLease,
      onEvent(type, lease) {
        const key = `${lease.metadata.namespace}/${lease.metadata.name}`;
        if (type === 'DELETED') sights.delete(key);
        else sights.set(key, seeHolder(sights.get(key), lease, clock.monotonicMs()));
      },
    });
    const budgets = watches.watch<ReadBudget>(here(RESOURCES.zonedisruptionbudgets), { parse: readBudget });
    const required = { statefulsets: sets, deployments, replicasets: replicaSets, pods };
    const [leasesRefused, budgetsRefused] = await Promise.all([
      refusalOf(leases, [403]),
      // Without the CRD there are none.
      refusalOf(budgets, [403, 404]),
      ...Object.entries(required).map(async ([resource, { synced }]) => {
        await synced.catch((error: unknown) => {
          throw unreadable(error, resource, namespace);
        });
      }),
    ]);
    if (leasesRefused === 403)
      notes.push('Leases may not be read: rollouts and drains under way are not known');
    if (budgetsRefused === 403) notes.push('ZoneDisruptionBudgets may not be read');
    const scales = createScales(kube, clock);
    const listeners = new Set<() => void>();
    watches.onChange(() => {
      for (const listener of listeners) listener();
    });
    const versions = () => ({
      statefulsets: sets.resourceVersion,
      deployments: deployments.resourceVersion,
      replicasets: replicaSets.resourceVersion,
      pods: pods.resourceVersion,
    });
    return {
      async read() {
        const found = sortBudgets(budgets.items.values());
        const counted = { ...found, pods: index, workloads: owners, zoneOfNode, versions: versions() };
        return {
          budgets: await withScales(counted, scales),
          statefulSets: ownOf(sets),
          deployments: ownOf(deployments),
          replicaSets: ownOf(replicaSets),
          pods: ownOf(pods),
          nodes: readableNodes,
          leases: sights,
          notes,
        };
      },
      onChange(listener) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
      stop: () => watches.stop(),
    };
  } catch (error) {
    await watches.stop();
    signal.throwIfAborted();
    throw error;
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

function* ownOf<T>(cache: WatchCache<Both<T, unknown>>): Generator<T> {
  for (const { own } of cache.items.values()) yield own;
}

/** The status with which the first list was refused, if that is one of these; undefined if it was not refused. */
async function refusalOf(cache: WatchCache<unknown>, codes: readonly number[]): Promise<number | undefined> {
  try {
    await cache.synced;
    return undefined;
  } catch (error) {
    if (!(error instanceof ApiError) || !codes.includes(error.code)) throw error;
    return error.code;
  }
}
