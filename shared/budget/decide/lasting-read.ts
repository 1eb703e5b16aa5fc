import type { PodRead } from './types.ts';

/** The eviction's deleteOptions.preconditions. */
export interface Binding {
  uid?: string | undefined;
  resourceVersion?: string | undefined;
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
