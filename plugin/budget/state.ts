import type { Versions, ZoneDisruptionBudget } from '../../shared/budget/types.ts';
import type { Controller, Node, Pod } from '../../shared/kube/objects.ts';
import type { Workload } from './workload.ts';

/** All that counting the pods of budgets needs, of one namespace or of all, as the cluster showed it. */
export interface ClusterState {
  budgets: readonly ZoneDisruptionBudget[];
  pods: readonly Pod[];
  /** By name. Undefined where nodes may not be read: then the pods' own zone labels must do. */
  nodes: ReadonlyMap<string, Node> | undefined;
  workloads: readonly Workload[];
  /** The resourceVersion that pods and workloads are from, by resource. */
  versions: Versions & { readonly pods: string };
  /** What owners of other kinds ask for, by uid. */
  scales: ReadonlyMap<string, Scale>;
  /** Where pods were seen earlier, by namespace and then by name. */
  lastZones: ReadonlyMap<string, ReadonlyMap<string, string>>;
}

/** Replicas that an owner's scale subresource asks for, or why it does not tell. */
export type Scale =
  | { kind: 'scale'; replicas: number }
  | { kind: 'no-scale' }
  | { kind: 'failed'; reason: string };

/** An owner that is asked through its scale subresource. */
export interface ForeignOwner extends Controller {
  namespace: string;
}

/** Whether the owner is one of those whose objects are listed. */
export function isListed({ apiVersion, kind }: Controller): boolean {
  return apiVersion.startsWith('apps/') && LISTED.has(kind);
}

const LISTED: ReadonlySet<string> = new Set(['StatefulSet', 'Deployment', 'ReplicaSet']);

/** The owners of pods and workloads that are of other kinds, each once. */
export function foreignOwners({ pods, workloads }: Pick<ClusterState, 'pods' | 'workloads'>): ForeignOwner[] {
  const owners = new Map<string, ForeignOwner>();
  for (const { metadata } of [...pods, ...workloads]) {
    const { controller, namespace } = metadata;
    if (controller && !isListed(controller)) owners.set(controller.uid, { ...controller, namespace });
  }
  return [...owners.values()];
}
