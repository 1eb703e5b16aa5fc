import type { PodRecord } from '../../shared/budget/decide/pod-record.ts';
import type { ZoneDisruptionBudget } from '../../shared/budget/decide/types.ts';
import { budgetsCovering } from '../../shared/budget/decide/which-budget.ts';
import type { Kube } from '../../shared/kube/kube.ts';
import type { Eviction, ReviewAnswer } from '../admission/review.ts';
import { answerOf, gone } from '../admission/verdict.ts';
import { fetchPod } from '../cluster/read-pod.ts';
import { messageOf } from '../telemetry/log.ts';

/**
 * Binds an eviction to the pod that has the name now. The API server evicts by name, and when it does, the name may
 * belong to a new pod, but the validating webhook decided about this one. An unready pod is also bound to its
 * resourceVersion, because its eviction is admitted without a reservation: it must fail if the pod becomes Ready in
 * between. So is a pod that no budget of its namespace covers: it may get the label of one before the API server
 * evicts. A terminating pod is bound too (L6): its successor may have the name before the API server evicts.
 *
 * A reserve-only eviction is not changed: it must not name a pod.
 *
 * @param budgets the known budgets of the namespace
 */
export async function bindEviction(
  kube: Kube,
  eviction: Eviction,
  budgets: Iterable<ZoneDisruptionBudget>,
  timeoutMs: number,
): Promise<ReviewAnswer> {
  const { namespace, name, precondition, has } = eviction;
  if (eviction.reserveOnly !== 'no') return { allowed: true };
  try {
    const pod = await fetchPod(kube, { namespace, name }, timeoutMs);
    if (!pod) return answerOf(gone(name));
    const isGoing = pod.terminating || pod.terminal;
    const isUnreserved = !isGoing && (!pod.available || isUncovered(pod, budgets));
    const preconditions = {
      uid: precondition.uid ?? pod.uid,
      resourceVersion: precondition.resourceVersion ?? (isUnreserved ? pod.resourceVersion : undefined),
    };
    return { allowed: true, patch: patchFor(preconditions, has) };
  } catch (error) {
    const message = `${name} cannot be evicted now: ${messageOf(error)}; try again`;
    return { allowed: false, code: 429, reason: 'TooManyRequests', message };
  }
}

/** Whether enforcing budgets exist and none covers the pod. */
function isUncovered({ labels }: PodRecord, budgets: Iterable<ZoneDisruptionBudget>): boolean {
  const enforcing = [...budgets].filter(({ spec }) => !spec.dryRun);
  const read = enforcing.map((budget) => ({ kind: 'budget', budget }) as const);
  return enforcing.length > 0 && budgetsCovering(labels, read).enforced.length === 0;
}

/** A JSON patch can only add to parents that exist. */
function patchFor(
  preconditions: { uid: string; resourceVersion: string | undefined },
  has: Eviction['has'],
): readonly object[] {
  if (!has.deleteOptions) return [{ op: 'add', path: '/deleteOptions', value: { preconditions } }];
  return [{ op: 'add', path: '/deleteOptions/preconditions', value: preconditions }];
}
