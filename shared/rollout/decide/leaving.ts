/** Rule R9: how many pods are leaving, and how many more may. */
import { formatDuration } from '../../duration.ts';
import type { Pod } from '../../kube/objects.ts';
import { countPods, listNames } from '../../sentences.ts';
import { isLeaving } from './pods.ts';
import type {
  Disrupt,
  Observation,
  ObservedPod,
  RolloutInput,
  RolloutOptions,
  Termination,
  Wait,
} from './types.ts';

/**
 * The graceful deletion of a pod. Its deletionTimestamp is the request's time plus the grace period, even if
 * that was shortened: https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/object-meta/
 *
 * @returns undefined if its deletion was not requested
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
 * Names of the pods that are leaving: terminating ones for whatever reason, in any zone and beyond the
 * replicas, and those whose removal was requested.
 *
 * A pod that is not Ready counts too. It usually ends immediately and costs nothing, but its data is not
 * visible from outside: the condition does not show that the pod served for days before it broke.
 */
export function leavingPods({ pods }: Pick<Observation, 'pods'>): string[] {
  return pods.filter(isLeaving).map(({ name }) => name);
}

/**
 * R9: limits the chosen pods, for whatever purpose, so that at most --max-leaving pods terminate at once. The
 * others keep their place in the wave: the flush is what loads the backing store, so the next pod need not
 * wait until the previous one's replacement is available.
 */
export function withinMaxLeaving(input: RolloutInput, decision: Disrupt): Disrupt | Wait {
  const { observation, options, nowMs } = input;
  const leaving = new Set(leavingPods(observation));
  const room = (options.maxLeaving ?? Number.POSITIVE_INFINITY) - leaving.size;
  // Requested pods already count as leaving. A request in progress is not sent again; an unanswered one is,
  // and only then is it certain that its pod leaves.
  const asked = new Map(observation.pods.map((pod) => [pod.uid, pod.asked]));
  const again = decision.pods.filter(({ uid }) => asked.get(uid) === 'unanswered');
  const more = decision.pods.filter(({ name }) => !leaving.has(name));
  const later = [
    ...again.slice(Math.max(0, again.length + Math.min(0, room))),
    ...more.slice(Math.max(0, room)),
  ].map(({ name }) => name);
  if (later.length === 0) return decision;
  const pods = decision.pods.filter(({ name }) => !later.includes(name));
  if (pods.length === 0) {
    const reason = describeLeaving(observation, options, nowMs);
    return { kind: 'wait', for: 'leaving', reason, pods: [...leaving], recheckAtMs: undefined };
  }
  return { ...decision, pods, later };
}

/** `1 pod is terminating, --max-leaving is 1: ingester-3 (terminating for 12m 05s, 27m 55s of its grace period left)`. */
export function describeLeaving(observation: Observation, options: RolloutOptions, nowMs: number): string {
  const names = leavingPods(observation);
  const pods = new Map(observation.pods.map((pod) => [pod.name, pod]));
  const described = names.map((name) => {
    const pod = pods.get(name);
    return `${name} (${pod ? describePodLeaving(pod, nowMs) : 'terminating'})`;
  });
  const are = names.length === 1 ? 'is' : 'are';
  return `${countPods(names.length)} ${are} terminating, --max-leaving is ${options.maxLeaving}: ${listNames(described)}`;
}

/** Why a pod is leaving; it may not be terminating yet. */
export function describePodLeaving({ terminating, termination, asked }: ObservedPod, nowMs: number): string {
  if (terminating || asked === undefined) return describeTermination(termination, nowMs);
  return asked === 'sent' ? 'being evicted' : 'its eviction got no answer and may still be carried out';
}

/** `terminating for 12m 05s, 27m 55s of its grace period left`; only `terminating` until that is known. */
export function describeTermination(termination: Termination | undefined, nowMs: number): string {
  if (!termination) return 'terminating';
  return `terminating for ${formatDuration(nowMs - termination.sinceMs)}, ${describeGrace(termination, nowMs)}`;
}

/** When the kubelet is done with a pod it clears the grace period; a finalizer may keep the object. */
function describeGrace({ sinceMs, graceEndsAtMs }: Termination, nowMs: number): string {
  if (graceEndsAtMs <= sinceMs) return 'without a grace period';
  return graceEndsAtMs > nowMs
    ? `${formatDuration(graceEndsAtMs - nowMs)} of its grace period left`
    : `its grace period has been over for ${formatDuration(nowMs - graceEndsAtMs)}`;
}
