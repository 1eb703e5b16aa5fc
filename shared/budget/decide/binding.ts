/** What an eviction is bound to (L6): the API server evicts by name, and the name may belong to another pod by then. */
import type { PodRecord } from './pod-record.ts';
import type { ReadBudget } from './read-budget.ts';
import type { PodRead } from './types.ts';
import { budgetsCovering, isGuarded } from './which-budget.ts';

/** The eviction's deleteOptions.preconditions. */
export interface Binding {
  uid?: string | undefined;
  resourceVersion?: string | undefined;
}

/**
 * The binding of an eviction to the pod that has the name now. An unready pod is also bound to its resourceVersion,
 * because its eviction is admitted without a reservation: it must fail if the pod becomes Ready in between. So is a pod
 * that no budget of its namespace covers: it may get the label of one before the API server evicts. A terminating pod is
 * bound too: its successor may have the name before the API server evicts.
 *
 * @param asked by the client, which is kept
 * @param budgets of the namespace
 */
export function bindingFor(pod: PodRecord, asked: Binding, budgets: readonly ReadBudget[]): Binding {
  const isUncovered = isGuarded(budgets) && budgetsCovering(pod.labels, budgets).enforced.length === 0;
  const isUnreserved = !pod.terminating && !pod.terminal && (!pod.available || isUncovered);
  return {
    uid: asked.uid ?? pod.uid,
    resourceVersion: asked.resourceVersion ?? (isUnreserved ? pod.resourceVersion : undefined),
  };
}

/**
 * Whether the eviction can only remove the pod as it was read, or an available pod. An unready pod is admitted without a
 * reservation: it is denied unless bound to the resourceVersion, which `bindingFor` adds.
 */
export function isBound(pod: PodRecord, { resourceVersion }: Binding): boolean {
  return resourceVersion === undefined ? pod.available : resourceVersion === pod.resourceVersion;
}

/**
 * Whether an eviction may be decided again, after a conflicting write of its budget, with the consistent read
 * of its pod from before. It may if the pod was available and its uid is the eviction's precondition: the
 * reservation is then for exactly this pod, whatever its state now, and ends with it (L2, L3). Any other
 * decision depends on the pod's current state.
 *
 * The read must have begun after the eviction arrived: an earlier one may show a pod that was replaced since,
 * and the eviction of its replacement would be treated as one of a pod that is gone.
 */
export function outlastsConflict(
  pod: Pick<PodRead, 'uid' | 'available'> | undefined,
  binding: Binding,
): boolean {
  return pod?.available === true && binding.uid === pod.uid && binding.resourceVersion === undefined;
}
