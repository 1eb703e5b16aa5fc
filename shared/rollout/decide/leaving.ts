/** Rule R9: how many pods leave, and how many more may. */
import { formatDuration } from '../../duration.ts';
import type { Pod } from '../../kube/objects.ts';
import { countPods, listNames } from '../../sentences.ts';
import { isLeaving } from './pods.ts';
import type { Observation, ObservedPod, RolloutOptions, Termination } from './types.ts';

/**
 * The graceful deletion of a pod. Its deletionTimestamp is the request's time plus the grace period, also after somebody
 * has shortened that: https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/object-meta/
 *
 * @returns undefined while nobody has asked for its deletion
 */
export function terminationOf({ metadata }: Pick<Pod, 'metadata'>): Termination | undefined {
  const { deletionTimestampMs, deletionGracePeriodSeconds = 0 } = metadata;
  if (deletionTimestampMs === undefined) return undefined;
  return {
    sinceMs: deletionTimestampMs - deletionGracePeriodSeconds * 1000,
    graceEndsAtMs: deletionTimestampMs,
  };
}

/**
 * Names of the pods that leave: terminating ones whatever made them terminate, wherever they are and also beyond the
 * replicas, and those that were asked to go.
 *
 * A pod that is not Ready counts too. It usually ends at once and costs nothing; but what it holds is not known from
 * outside: the condition forgets that the pod served for days before it broke.
 */
export function leavingPods({ pods }: Pick<Observation, 'pods'>): string[] {
  return pods.filter(isLeaving).map(({ name }) => name);
}

/** `1 pod leaves, --max-leaving is 1: ingester-3 (terminating for 12m 05s, 27m 55s of its grace period left)`. */
export function describeLeaving(observation: Observation, options: RolloutOptions, nowMs: number): string {
  const names = leavingPods(observation);
  const pods = new Map(observation.pods.map((pod) => [pod.name, pod]));
  const described = names.map((name) => {
    const pod = pods.get(name);
    return `${name} (${pod ? describePodLeaving(pod, nowMs) : 'leaving'})`;
  });
  const leave = names.length === 1 ? 'leaves' : 'leave';
  return `${countPods(names.length)} ${leave}, --max-leaving is ${options.maxLeaving}: ${listNames(described)}`;
}

/** Why a pod leaves that may not be terminating yet. */
export function describePodLeaving({ terminating, termination, asked }: ObservedPod, nowMs: number): string {
  if (terminating || asked === undefined) return describeTermination(termination, nowMs);
  return asked === 'sent' ? 'being evicted' : 'its eviction was not answered and may still be carried out';
}

/** `terminating for 12m 05s, 27m 55s of its grace period left`; only `terminating` before that is known. */
export function describeTermination(termination: Termination | undefined, nowMs: number): string {
  if (!termination) return 'terminating';
  return `terminating for ${formatDuration(nowMs - termination.sinceMs)}, ${describeGrace(termination, nowMs)}`;
}

/** Once the kubelet is done with a pod it takes the grace period away, and a finalizer may keep the object. */
function describeGrace({ sinceMs, graceEndsAtMs }: Termination, nowMs: number): string {
  if (graceEndsAtMs <= sinceMs) return 'without a grace period';
  return graceEndsAtMs > nowMs
    ? `${formatDuration(graceEndsAtMs - nowMs)} of its grace period left`
    : `its grace period has been over for ${formatDuration(nowMs - graceEndsAtMs)}`;
}
