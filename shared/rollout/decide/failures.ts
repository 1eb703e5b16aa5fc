/** The failure budget: how long pods of the update revision may take to become Ready, and how many may fail. Pure. */
import type { Pod } from '../../kube/objects.ts';
import type { Now, Observation, ObservedPod } from './types.ts';

export interface FailureBudget {
  /** More failed pods than this stop the rollout. */
  maxFailed: number;
  /** A pod of the update revision that was not Ready for this long in total has failed. */
  podTimeoutMs: number;
}

/**
 * How long each pod of the update revision was not Ready, by pod name: a replacement inherits its
 * predecessor's time, so that a pod that is removed and recreated before each timeout still fails.
 *
 * Unready times add up. A pod that was Ready once and then flaps has failed when they reach the timeout; one
 * that takes ten minutes to start and is unready for a second later has used ten minutes and one second.
 * Periods that ended before this process started are unknown.
 */
export type Downtimes = ReadonlyMap<string, Downtime>;

export interface Downtime {
  /** Total of past periods, in ms. */
  spentMs: number;
  /** Start of the current period, by the monotonic clock; undefined if the pod is not down. */
  sinceMs: number | undefined;
}

/** What is known of the time before the first observation. */
export interface PodPast {
  /** By pod uid, since when a pod that is not Ready has been unready, in epoch ms by the API server's clock. */
  unreadySinceMs: ReadonlyMap<string, number>;
}

/** Pods that have failed, by name, and when another one could. */
export interface Failures {
  failed: readonly string[];
  exceeded: boolean;
  /** When another pod fails by timeout alone, by the monotonic clock; undefined if no timeout is running. */
  recheckAtMs: number | undefined;
}

/**
 * Since when a pod is not Ready: since its Ready condition became false, otherwise since its creation, both
 * by the API server. The kubelet writes that condition before it pulls an image, so for a pod that never was
 * Ready this is about its creation, apart from scheduling.
 */
export function unreadySinceMs(pod: Pod): number | undefined {
  const ready = pod.status.conditions.find(({ type }) => type === 'Ready');
  const lostAtMs = ready?.status === 'True' ? undefined : ready?.lastTransitionTimeMs;
  return lostAtMs ?? pod.metadata.creationTimestampMs;
}

/**
 * Updates the downtimes with an observation. Observing more often changes nothing.
 *
 * The timeout does not run for stale pods, for surplus ones, for terminating ones (removed on purpose), and for missing
 * ones that an OrderedReady controller creates only once an earlier pod is Ready. Other missing pods count from when
 * they are first observed missing. Pods of an older revision are dropped once there is a newer one.
 */
export function followDowntimes(
  known: Downtimes,
  observation: Observation,
  past: PodPast,
  { nowMs: serverNowMs, monotonicMs: nowMs }: Now,
): Downtimes {
  if (!observation.revisionObserved) return known;
  const monotonic = (serverMs: number | undefined) =>
    serverMs === undefined ? nowMs : Math.min(nowMs, serverMs - serverNowMs + nowMs);
  const downtimes = new Map<string, Downtime>();
  const pods = observation.pods.filter((pod) => !pod.stale && !pod.surplus);
  for (const pod of pods) {
    const before = known.get(pod.name);
    downtimes.set(
      pod.name,
      isDown(pod)
        ? goesOn(before, before ? nowMs : monotonic(past.unreadySinceMs.get(pod.uid)))
        : ends(before, pod.terminating ? nowMs : monotonic(pod.readySinceMs)),
    );
  }
  const turnWaits =
    observation.orderedReady && observation.pods.some((pod) => pod.readySinceMs === undefined);
  for (const name of observation.missing) {
    const before = known.get(name);
    downtimes.set(name, turnWaits ? ends(before, nowMs) : goesOn(before, nowMs));
  }
  return downtimes;
}

/**
 * Which pods are not Ready now and have used up the timeout.
 *
 * @param nowMs by the monotonic clock
 */
export function judgeFailures(downtimes: Downtimes, budget: FailureBudget, nowMs: number): Failures {
  const failed: string[] = [];
  let recheckAtMs: number | undefined;
  for (const [name, { spentMs, sinceMs }] of downtimes) {
    if (sinceMs === undefined) continue;
    const failsAtMs = sinceMs + budget.podTimeoutMs - spentMs;
    if (failsAtMs <= nowMs) failed.push(name);
    else recheckAtMs = Math.min(failsAtMs, recheckAtMs ?? failsAtMs);
  }
  return { failed, exceeded: failed.length > budget.maxFailed, recheckAtMs };
}

/** Ready is enough: minReadySeconds is not the pod's fault. */
function isDown(pod: ObservedPod): boolean {
  return !pod.terminating && pod.readySinceMs === undefined;
}

function goesOn(before: Downtime | undefined, sinceMs: number): Downtime {
  return { spentMs: before?.spentMs ?? 0, sinceMs: before?.sinceMs ?? sinceMs };
}

/** A period may have ended while no observation was possible. */
function ends(before: Downtime | undefined, endedAtMs: number): Downtime {
  if (before?.sinceMs === undefined) return { spentMs: before?.spentMs ?? 0, sinceMs: undefined };
  const lastedMs = Math.max(0, endedAtMs - before.sinceMs);
  return { spentMs: before.spentMs + lastedMs, sinceMs: undefined };
}
