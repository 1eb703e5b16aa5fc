import type { Pod } from '../../../shared/kube/objects.ts';
import { startupMs } from '../../../shared/kube/pods.ts';
import { restartEstimate } from '../../../shared/rollout/decide/estimate.ts';
import { terminationOf } from '../../../shared/rollout/decide/leaving.ts';

/** The time from the start of a pod until it is Ready. */
export interface StartTime {
  /** `observed`: from the pods' conditions; `assumed`: no pod shows it. */
  source: 'given' | 'observed' | 'assumed';
  /** For a pod without an observation: the median of the others. */
  typicalMs: number;
  /** The number of pods observed. */
  pods: number;
  of(pod: { name: string }): number;
}

/** The time from the deletion of a pod until it is gone. */
export interface FlushTime {
  /** `terminating`: from a pod that flushes now; `grace-period`: no pod shows it. */
  source: 'given' | 'terminating' | 'grace-period';
  /** How `ms` relates to the true time. */
  bound: 'exact' | 'at-least' | 'at-most';
  ms: number;
  /** The longest grace period of the pods, after which they are killed; 0 without pods. */
  graceMs: number;
  /** The pod from which `ms` was taken. */
  pod: string | undefined;
}

/** @param givenMs from the flag, if given */
export function startTime(givenMs: number | undefined, pods: readonly Pod[]): StartTime {
  if (givenMs !== undefined) return { source: 'given', typicalMs: givenMs, pods: 0, of: () => givenMs };
  const observed = pods.filter((pod) => startupMs(pod) !== undefined).length;
  const of = restartEstimate(pods, []);
  return { source: observed > 0 ? 'observed' : 'assumed', typicalMs: of({ name: '' }), pods: observed, of };
}

/**
 * The flush time of a running pod is not known in advance. A terminating pod gives a lower bound; the grace period, after
 * which the kubelet kills the pod, is the upper bound.
 * https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-termination
 *
 * @param givenMs from the flag, if given
 * @param nowMs by the API server's clock
 */
export function flushTime(givenMs: number | undefined, pods: readonly Pod[], nowMs: number): FlushTime {
  const graceMs = Math.max(0, ...pods.map(graceOf));
  if (givenMs !== undefined) {
    return { source: 'given', bound: 'exact', ms: givenMs, graceMs, pod: undefined };
  }
  let longest: { ms: number; pod: string } | undefined;
  for (const pod of pods) {
    const termination = terminationOf(pod);
    if (!termination) continue;
    const ms = Math.max(0, Math.floor(nowMs - termination.sinceMs));
    if (!longest || ms > longest.ms) longest = { ms, pod: pod.metadata.name };
  }
  return longest
    ? { source: 'terminating', bound: 'at-least', graceMs, ...longest }
    : { source: 'grace-period', bound: 'at-most', ms: graceMs, graceMs, pod: undefined };
}

function graceOf({ spec }: Pod): number {
  return spec.terminationGracePeriodSeconds * 1000;
}
