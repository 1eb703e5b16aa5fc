import type { DrainObservation, DrainPod } from './decide/types.ts';

/** A pod whose removal was refused. */
interface Refusal {
  reason: string;
  /** The state relevant to the pod when its removal was requested. */
  concern: string;
  /** Earliest retry, whatever changes: our view may be ahead of the component that refused it. */
  notBeforeMs: number;
}

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 2_000;

/**
 * Remembers refused removals and when to retry them: as soon as the state of a budget over the pod, or the set of its
 * workload's pods that are down, has changed.
 */
export class Refusals {
  private readonly refused = new Map<string, Refusal>();
  /** Consecutive refusals of the pod. */
  private readonly counts = new Map<string, number>();
  private readonly asked = new Map<string, string>();

  /** Call before these pods are requested, with the observation behind the request. */
  asking(pods: readonly DrainPod[], observation: DrainObservation): void {
    const concernOf = concerns(observation);
    for (const pod of pods) this.asked.set(pod.uid, concernOf(pod));
  }

  refuse(uid: string, reason: string, nowMs: number): void {
    const count = (this.counts.get(uid) ?? 0) + 1;
    this.counts.set(uid, count);
    // After the first refusal, any change since the request is sufficient.
    const pauseMs = count === 1 ? 0 : Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (count - 2));
    this.refused.set(uid, {
      reason,
      concern: this.asked.get(uid) ?? '',
      notBeforeMs: nowMs + pauseMs,
    });
  }

  reasonFor(uid: string): string | undefined {
    return this.refused.get(uid)?.reason;
  }

  /** Allows a retry for a reason other than a change. */
  lift(uid: string): void {
    this.refused.delete(uid);
  }

  /**
   * Lifts refusals that a change may have made obsolete, and forgets pods that are no longer observed.
   *
   * @returns the pods to retry, and when to check again even if nothing changes
   */
  review(observation: DrainObservation, nowMs: number): { lifted: string[]; againAtMs: number | undefined } {
    const concernOf = concerns(observation);
    const present = new Map(observation.pods.map((pod) => [pod.uid, pod]));
    for (const known of [this.refused, this.counts, this.asked])
      for (const uid of known.keys()) if (!present.has(uid)) known.delete(uid);

    const lifted: string[] = [];
    let againAtMs: number | undefined;
    for (const [uid, { concern, notBeforeMs }] of this.refused) {
      const pod = present.get(uid);
      if (!pod || concernOf(pod) === concern) continue;
      if (notBeforeMs > nowMs) {
        againAtMs = Math.min(againAtMs ?? notBeforeMs, notBeforeMs);
        continue;
      }
      this.refused.delete(uid);
      lifted.push(uid);
    }
    return { lifted, againAtMs };
  }
}

/** The state that may decide about a pod's removal, as a text to compare. */
function concerns(observation: DrainObservation): (pod: DrainPod) => string {
  const { zoneBudgets, podBudgets } = observation;
  const workloads = new Map(observation.workloads.map((workload) => [workload.key, workload]));
  const texts = new Map<string, string>();
  const text = (key: string, value: () => unknown) => {
    const known = texts.get(key) ?? JSON.stringify(value());
    texts.set(key, known);
    return known;
  };
  return (pod) => {
    // Such a budget refuses regardless of changes: only time triggers a retry.
    if (pod.podBudgets.some((key) => podBudgets.get(key)?.neverAllows)) return `never ${pod.available}`;
    return [
      String(pod.available),
      ...pod.zoneBudgets.map((key) => text(`zdb ${key}`, () => [key, zoneBudgets.get(key)])),
      ...pod.podBudgets.map((key) => text(`pdb ${key}`, () => [key, podBudgets.get(key)])),
      text(`workload ${pod.workload}`, () =>
        workloads.get(pod.workload ?? '')?.down.map(({ name, problem }) => [name, problem]),
      ),
    ].join();
  };
}
