import type { Pod } from '../../../shared/kube/objects.ts';
import { startupMs } from '../../../shared/kube/pods.ts';
import { restartEstimate } from '../../../shared/rollout/decide/estimate.ts';
import { terminationOf } from '../../../shared/rollout/decide/leaving.ts';

/** How long a pod takes from its start until it is Ready. */
export interface StartTime {
  /** `observed`: from the pods' own conditions; `assumed`: no pod tells. */
  source: 'given' | 'observed' | 'assumed';
  /** Of a pod that tells nothing itself: the median of the others. */
  typicalMs: number;
  /** Pods it was observed on. */
  pods: number;
  of(pod: { name: string }): number;
}

/** How long a pod takes from its deletion until it is gone. */
export interface FlushTime {
  /** `terminating`: from a pod that flushes now; `grace-period`: no pod tells. */
  source: 'given' | 'terminating' | 'grace-period';
  /** What `ms` is to the true time. */
  bound: 'exact' | 'at-least' | 'at-most';
  ms: number;
  /** The longest grace period of the pods, after which they are killed; 0 without pods. */
  graceMs: number;
  /** The pod that `ms` was read off. */
  pod: string | undefined;
}

/** @param givenMs undefined where nobody says it */
export function startTime(givenMs: number | undefined, pods: readonly Pod[]): StartTime {
  if (givenMs !== undefined) return { source: 'given', typicalMs: givenMs, pods: 0, of: () => givenMs };
  const observed = pods.filter((pod) => startupMs(pod) !== undefined).length;
  const of = restartEstimate(pods, []);
  return { source: observed > 0 ? 'observed' : 'assumed', typicalMs: of({ name: '' }), pods: observed, of };
}

/**
 * Nobody can tell how long a running pod will flush. One that is terminating has taken so long at least; all of them
 * have their grace period at most, after which the kubelet kills them.
 * https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-termination
 *
 * @param givenMs undefined where nobody says it
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
