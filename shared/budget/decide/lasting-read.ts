import type { PodRead } from './types.ts';

/** What an eviction is bound to, in deleteOptions.preconditions. */
export interface Binding {
  uid?: string | undefined;
  resourceVersion?: string | undefined;
}

/**
 * Whether an eviction may be decided anew, after somebody else wrote its budget, on the consistent read of its pod that
 * it had before. It may where the read pod is available and the eviction is bound to it: the reservation is then of
 * exactly this pod, whatever has become of it meanwhile, and ends with it (L2, L3). Any other verdict rests on what the
 * pod is at the moment.
 *
 * The read must have begun after the eviction arrived: an earlier one may show a pod that has a successor by now, and
 * the eviction of that successor would be taken for one of a pod that is gone.
 */
export function outlastsConflict(
  pod: Pick<PodRead, 'uid' | 'available'> | undefined,
  binding: Binding,
): boolean {
  return pod?.available === true && binding.uid === pod.uid && binding.resourceVersion === undefined;
}
