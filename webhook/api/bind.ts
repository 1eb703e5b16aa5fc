import { type Binding, bindingFor } from '../../shared/budget/decide/binding.ts';
import { gone } from '../../shared/budget/decide/sentences.ts';
import type { ZoneDisruptionBudget } from '../../shared/budget/decide/types.ts';
import type { Kube } from '../../shared/kube/kube.ts';
import type { Eviction, ReviewAnswer } from '../admission/review.ts';
import { fetchPod } from '../cluster/read-pod.ts';
import { messageOf } from '../telemetry/log.ts';

/**
 * Binds an eviction to the pod that has the name now; see `bindingFor`. The API server evicts by name, and when it does,
 * the name may belong to a new pod, but the validating webhook decided about this one.
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
    if (!pod) return { allowed: false, code: 404, reason: 'NotFound', message: gone(name) };
    const read = [...budgets].map((budget) => ({ kind: 'budget', budget }) as const);
    return { allowed: true, patch: patchFor(bindingFor(pod, precondition, read), has) };
  } catch (error) {
    const message = `${name} cannot be evicted now: ${messageOf(error)}; try again`;
    return { allowed: false, code: 429, reason: 'TooManyRequests', message };
  }
}

/** A JSON patch can only add to parents that exist. */
function patchFor(preconditions: Binding, has: Eviction['has']): readonly object[] {
  if (!has.deleteOptions) return [{ op: 'add', path: '/deleteOptions', value: { preconditions } }];
  return [{ op: 'add', path: '/deleteOptions/preconditions', value: preconditions }];
}
