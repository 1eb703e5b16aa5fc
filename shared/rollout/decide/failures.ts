/** The failure budget: how long pods of the update revision may take to become Ready, and how many may not. Pure. */
import type { Pod } from '../../kube/objects.ts';
import type { Observation, ObservedPod } from './types.ts';

export interface FailureBudget {
  /** More failed pods than this end the rollout. */
  maxFailed: number;
  /** A pod of the update revision that has not been Ready for this long, all together, has failed. */
  podTimeoutMs: number;
}

/**
 * How long each pod of the update revision has not been Ready, by pod name: a successor takes its predecessor's time
 * over, so that a pod which is removed and made again before each time-out still fails.
 *
 * Times without Ready add up. A pod that was Ready once and then flaps has failed as soon as they reach the time-out;
 * one that takes ten minutes to start and is unready for a second later has used ten minutes and one second.
 * Spells that were over before this process began are not known to it.
 */
export type Downtimes = ReadonlyMap<string, Downtime>;

export interface Downtime {
  /** Of spells that are over, in ms. */
  spentMs: number;
  /** Since when the present spell lasts, ms since the epoch; undefined while there is none. */
  sinceMs: number | undefined;
}

/** What is known of the time before the first look. */
export interface PodPast {
  /** Since when a pod that is not Ready has not been, ms since the epoch, by pod uid. */
  unreadySinceMs: ReadonlyMap<string, number>;
}

/** Pods that have failed, by name, and when another one could. */
export interface Failures {
  failed: readonly string[];
  exceeded: boolean;
  /** When time alone can make another pod fail, ms since the epoch; undefined while no time runs. */
  recheckAtMs: number | undefined;
}

/**
 * Since when a pod has not been Ready: since its Ready condition became false, else since its creation, both as the
 * API server has them. The kubelet writes that condition before it pulls an image, so for a pod that never was Ready
 * this is its creation, give or take its scheduling.
 */
export function unreadySinceMs(pod: Pod): number | undefined {
  const ready = pod.status.conditions.find(({ type }) => type === 'Ready');
  const lostAtMs = ready?.status === 'True' ? undefined : ready?.lastTransitionTimeMs;
  return lostAtMs ?? pod.metadata.creationTimestampMs;
}

/**
 * Brings the downtimes up to date with a look. Looking more often changes nothing.
 *
 * No time runs for stale pods, for surplus ones, for one that is terminating, which somebody has removed, and for
 * missing ones that an OrderedReady controller makes only once an earlier pod is Ready. Other missing pods count from
 * when they are first seen missing. Pods of an older revision are forgotten as soon as there is a newer one.
 *
 * @param nowMs by the API server's clock
 */
export function followDowntimes(
  known: Downtimes,
  observation: Observation,
  past: PodPast,
  nowMs: number,
): Downtimes {
  if (!observation.revisionObserved) return known;
  const downtimes = new Map<string, Downtime>();
  const pods = observation.pods.filter((pod) => !pod.stale && !pod.surplus);
  for (const pod of pods) {
    const before = known.get(pod.name);
    downtimes.set(
      pod.name,
      isDown(pod)
        ? goesOn(before, before ? nowMs : Math.min(nowMs, past.unreadySinceMs.get(pod.uid) ?? nowMs))
        : ends(before, pod.terminating ? nowMs : (pod.readySinceMs ?? nowMs), nowMs),
    );
  }
  const turnWaits =
    observation.orderedReady && observation.pods.some((pod) => pod.readySinceMs === undefined);
  for (const name of observation.missing) {
    const before = known.get(name);
    downtimes.set(name, turnWaits ? ends(before, nowMs, nowMs) : goesOn(before, nowMs));
  }
  return downtimes;
}

/** Which pods are not Ready now and have used the time-out up. */
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

/** Ready is enough: the time for which it must last before the pod counts as available is not the pod's fault. */
function isDown(pod: ObservedPod): boolean {
  return !pod.terminating && pod.readySinceMs === undefined;
}

function goesOn(before: Downtime | undefined, sinceMs: number): Downtime {
  return { spentMs: before?.spentMs ?? 0, sinceMs: before?.sinceMs ?? sinceMs };
}

/** A spell may have ended while nobody could look. */
function ends(before: Downtime | undefined, endedAtMs: number, nowMs: number): Downtime {
  if (before?.sinceMs === undefined) return { spentMs: before?.spentMs ?? 0, sinceMs: undefined };
  const lastedMs = Math.max(0, Math.min(endedAtMs, nowMs) - before.sinceMs);
  return { spentMs: before.spentMs + lastedMs, sinceMs: undefined };
}
