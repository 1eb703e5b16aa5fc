import type { Kube } from '../../shared/kube/kube.ts';
import { answerOf, gone } from '../admission/verdict.ts';
import { fetchPod } from '../cluster/read-pod.ts';
import { messageOf } from '../log.ts';
import type { Eviction, ReviewAnswer } from './review.ts';

/**
 * Ties an eviction to the pod that has the name now. The API server evicts by name, and by the time it does, the name
 * may belong to a new pod: the verdict of the validating webhook is about this one. An unready pod is tied to its
 * version as well, because its eviction is admitted without a reservation: becoming Ready in between makes it fail. A
 * terminating pod is tied too (L6): its successor may have the name before the API server evicts.
 *
 * A reserve-only eviction stays as it is: it must go on naming no pod.
 */
export async function bindEviction(kube: Kube, eviction: Eviction, timeoutMs: number): Promise<ReviewAnswer> {
  const { namespace, name, precondition, has } = eviction;
  if (eviction.reserveOnly !== 'no') return { allowed: true };
  try {
    const pod = await fetchPod(kube, { namespace, name }, timeoutMs);
    if (!pod) return answerOf(gone(name));
    const isUnready = !pod.available && !pod.terminating && !pod.terminal;
    const preconditions = {
      uid: precondition.uid ?? pod.uid,
      resourceVersion: precondition.resourceVersion ?? (isUnready ? pod.resourceVersion : undefined),
    };
    return { allowed: true, patch: patchFor(preconditions, has) };
  } catch (error) {
    const message = `${name} cannot be evicted now: ${messageOf(error)}; try again`;
    return { allowed: false, code: 429, reason: 'TooManyRequests', message };
  }
}

/** A JSON patch can only add to what is there. */
function patchFor(
  preconditions: { uid: string; resourceVersion: string | undefined },
  has: Eviction['has'],
): readonly object[] {
  if (!has.deleteOptions) return [{ op: 'add', path: '/deleteOptions', value: { preconditions } }];
  return [{ op: 'add', path: '/deleteOptions/preconditions', value: preconditions }];
}
