import { eachReplica } from '../../kube/scale-limit.ts';
import { compareText } from '../../kube/zones.ts';
import type { ObservedPod, RolloutMemory } from './types.ts';

/** A pod of a Deployment before a place is assigned. */
export interface UnplacedPod extends Omit<ObservedPod, 'ordinal' | 'surplus'> {
  createdMs: number;
}

/** Distinguishes replacements of removed pods from pods that existed before. */
export type PlaceMemory = Pick<RolloutMemory, 'inFlight' | 'lastZones'>;

export interface Places {
  pods: readonly ObservedPod[];
  missing: readonly string[];
}

/**
 * Assigns one place to each replica, so that pods whose names never return can be counted like those of a StatefulSet.
 *
 * A pod's place has the pod's own name. When the pod is removed, the place is down in ITS zone until the pod is gone
 * and its replacement is available, wherever that is scheduled: what is missing is the data the pod had. Therefore
 *
 * - while it terminates, it alone occupies its place, whatever the state of its replacement;
 * - when it is gone, and the memory names it as part of the wave, its place is missing, or has the replacement under
 *   its name, which has a zone only once it is available;
 * - a replacement that was itself removed before it was available leaves the place under that name, and in that zone.
 *
 * The API does not record which pod replaces which. Replacements are pods to which the memory has not assigned a place;
 * with the memory of an earlier process, which knows only the wave, the unavailable pods, and then the youngest. If
 * there are fewer or other pods than that requires, each counts for itself, which may count too many but never too few.
 *
 * @param replicas desired replicas of the Deployment
 * @param isAvailable for a pod that is not terminating
 */
export function placePods(
  replicas: number,
  pods: readonly UnplacedPod[],
  { inFlight, lastZones }: PlaceMemory,
  isAvailable: (pod: UnplacedPod) => boolean,
): Places {
  const byAge = [...pods].sort((a, b) => a.createdMs - b.createdMs || compareText(a.name, b.name));
  const ordinals = new Map(byAge.map((pod, index) => [pod.uid, index]));
  const placed = (pod: UnplacedPod): ObservedPod => {
    const { createdMs: _, ...rest } = pod;
    return { ...rest, ordinal: ordinals.get(pod.uid) ?? -1, surplus: false };
  };
  const placeOf = new Map(inFlight.map((member) => [member.uid, member.name]));
  const placedLeaving = (pod: UnplacedPod): ObservedPod => {
    const name = placeOf.get(pod.uid) ?? pod.name;
    if (name === pod.name) return placed(pod);
    return { ...placed(pod), name, node: undefined, zone: undefined };
  };
  const leaving = byAge.filter((pod) => pod.terminating).map(placedLeaving);
  const left = new Set(leaving.map(({ name }) => name));
  const live = byAge.filter((pod) => !pod.terminating);
  const present = new Set(pods.map((pod) => pod.uid));
  const gone = new Set(
    inFlight.filter(({ uid, name }) => !present.has(uid) && !left.has(name)).map(({ name }) => name),
  );

  const vacancies = leaving.length + gone.size;
  const made = Math.min(vacancies, Math.max(0, live.length - (replicas - vacancies)));
  const isKnown = (pod: UnplacedPod) => lastZones[pod.name] !== undefined;
  const likeliest = [...live].sort(
    (a, b) =>
      Number(isKnown(a)) - Number(isKnown(b)) ||
      Number(isAvailable(a)) - Number(isAvailable(b)) ||
      b.createdMs - a.createdMs ||
      Number(a.stale) - Number(b.stale),
  );
  const successors = likeliest.slice(0, made);
  const isSuccessor = new Set(successors.map((pod) => pod.uid));
  const settled = live.filter((pod) => !isSuccessor.has(pod.uid));

  const forGone = [...successors].sort((a, b) => Number(isAvailable(b)) - Number(isAvailable(a)));
  const returned: ObservedPod[] = [];
  const missing: string[] = [];
  for (const name of gone) {
    const successor = forGone.shift();
    if (!successor) missing.push(name);
    else if (isAvailable(successor)) returned.push({ ...placed(successor), name });
    else returned.push({ ...placed(successor), name, node: undefined, zone: undefined });
  }
  const filled = settled.length + leaving.length + returned.length + missing.length;
  for (const index of eachReplica(replicas - filled)) missing.push(`replica ${index + 1}`);
  return { pods: [...settled.map(placed), ...leaving, ...returned], missing };
}
