import { eachReplica } from '../../kube/scale-limit.ts';
import { compareText } from '../../kube/zones.ts';
import type { ObservedPod, RolloutMemory } from './types.ts';

/** A pod of a Deployment before it is given its place. */
export interface UnplacedPod extends Omit<ObservedPod, 'ordinal' | 'surplus'> {
  createdMs: number;
}

/** What tells the successors of pods that went from pods that were there before. */
export type PlaceMemory = Pick<RolloutMemory, 'inFlight' | 'lastZones'>;

export interface Places {
  pods: readonly ObservedPod[];
  missing: readonly string[];
}

/**
 * Gives each of the replicas one place, so that pods whose names never come back can be counted like those of a
 * StatefulSet.
 *
 * A pod keeps its name as that of its place. When it goes, the place is down in ITS zone until it is gone and its
 * successor is available, wherever that is scheduled: the data it held is what is missing. Therefore
 *
 * - while it is terminating it stands for its place alone, whatever has become of its successor;
 * - when it has gone, and the memory names it as taken by the wave, its place is missing, or holds its successor under
 *   its name, which has a zone only once it is available;
 * - a successor that was taken before it was available leaves the place under that name, and in that zone.
 *
 * Which pod succeeds whom is nowhere written. Successors are pods that the memory has not given a place before; of a
 * memory that another process left, which knows the wave only, those that are not available, and then the youngest.
 * When fewer or other pods exist than that would need, pods stand for themselves, which counts them rather too often
 * than not at all.
 *
 * @param replicas that the Deployment asks for
 * @param isAvailable of a pod that is not terminating
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
