import type { Pod } from '../../kube/objects.ts';

/**
 * How a ReplicaSet chooses among equally healthy pods:
 * https://kubernetes.io/docs/concepts/workloads/controllers/replicaset/#pod-deletion-cost
 */
export const COST_ANNOTATION = 'controller.kubernetes.io/pod-deletion-cost';
/** The pod's cost before the rollout; empty for none. */
export const COST_BEFORE_ANNOTATION = 'kubectl-zone.dev/pod-deletion-cost-before';

/** Costs are 32-bit integers; ours are lower than any usual value, with room below. */
const FIRST_COST = -2_000_000_000;

/** Annotation changes for a pod; null removes. */
export type CostChange = Readonly<Record<string, string | null>>;

/** The pod's cost as its ReplicaSet reads it; 0 if it cannot be parsed. */
export function deletionCost({ metadata }: Pod): number {
  const text = metadata.annotations[COST_ANNOTATION] ?? '';
  return /^(0|-?[1-9]\d*)$/.test(text) ? Number(text) : 0;
}

/**
 * The annotations that make the pods be removed in this order, before all others of their ReplicaSets.
 *
 * @returns the changes by pod uid; none for pods whose cost is already right
 */
export function costChanges(
  order: readonly Pod[],
  others: readonly Pod[] = [],
): ReadonlyMap<string, CostChange> {
  const lowest = Math.min(FIRST_COST + order.length, ...others.map(deletionCost));
  const first = lowest - order.length;
  const changes = new Map<string, CostChange>();
  for (const [index, pod] of order.entries()) {
    const cost = String(first + index);
    const { uid, annotations } = pod.metadata;
    if (annotations[COST_ANNOTATION] === cost && annotations[COST_BEFORE_ANNOTATION] !== undefined) continue;
    const before = annotations[COST_BEFORE_ANNOTATION] ?? annotations[COST_ANNOTATION] ?? '';
    changes.set(uid, { [COST_ANNOTATION]: cost, [COST_BEFORE_ANNOTATION]: before });
  }
  return changes;
}

/** Whether exactly these pods are removed first among those of their ReplicaSet, as far as costs decide. */
export function goFirst(victims: readonly Pod[], others: readonly Pod[]): boolean {
  if (victims.length === 0 || others.length === 0) return true;
  return Math.max(...victims.map(deletionCost)) < Math.min(...others.map(deletionCost));
}

/** Restores a pod's previous cost; undefined if we did not change it. */
export function costRestored({ metadata }: Pod): CostChange | undefined {
  const before = metadata.annotations[COST_BEFORE_ANNOTATION];
  if (before === undefined) return undefined;
  return { [COST_ANNOTATION]: before === '' ? null : before, [COST_BEFORE_ANNOTATION]: null };
}
