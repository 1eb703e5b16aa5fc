import { type CountedPod, compareText, tallyZones, type ZoneTally } from '../../kube/zones.ts';
import type { Observation, ObservedPod, RolloutMemory } from './types.ts';

/** Since when a pod counts as available, in epoch ms; undefined while it is leaving or not Ready. */
export function availableSinceMs(pod: ObservedPod, minReadyMs: number): number | undefined {
  return isLeaving(pod) || pod.readySinceMs === undefined ? undefined : pod.readySinceMs + minReadyMs;
}

/** Terminating, or possibly about to be (R10). */
export function isLeaving({ terminating, asked }: Pick<ObservedPod, 'terminating' | 'asked'>): boolean {
  return terminating || asked !== undefined;
}

/**
 * Ready for long enough and not terminating. With minReadyMs 0, Ready is sufficient regardless of the clocks:
 * ours and the kubelet's may differ by a second.
 */
export function isAvailable(pod: ObservedPod, minReadyMs: number, nowMs: number): boolean {
  const sinceMs = availableSinceMs(pod, minReadyMs);
  return sinceMs !== undefined && (minReadyMs === 0 || sinceMs <= nowMs);
}

/** The zone a pod counts in: its node's, otherwise the one it was last seen in. */
export function zoneOf(
  pod: { name: string; zone?: string | undefined },
  memory: Pick<RolloutMemory, 'lastZones'>,
): string | undefined {
  return pod.zone ?? memory.lastZones[pod.name];
}

/** Rule R3: all pods by zone, missing ones in the zone where they last were. */
export function tallyObservation(
  observation: Observation,
  memory: Pick<RolloutMemory, 'lastZones'>,
  minReadyMs: number,
  nowMs: number,
): ZoneTally[] {
  const counted: CountedPod[] = observation.pods.map((pod) => ({
    name: pod.name,
    zone: zoneOf(pod, memory),
    available: isAvailable(pod, minReadyMs, nowMs),
  }));
  for (const name of observation.missing) {
    counted.push({ name, zone: zoneOf({ name }, memory), available: false });
  }
  return tallyZones(counted);
}

/** The zones that the workload's pods are in, or were in before they went missing. */
export function knownZones(observation: Observation, memory: Pick<RolloutMemory, 'lastZones'>): string[] {
  const zones = new Set<string>();
  for (const pod of [...observation.pods, ...observation.missing.map((name) => ({ name }))]) {
    const zone = zoneOf(pod, memory);
    if (zone !== undefined) zones.add(zone);
  }
  return [...zones].sort(compareText);
}

/** Rule R10: marks pods whose removal was requested, while the outcome is unknown. */
export function withAsked(
  observation: Observation,
  askedOf: (uid: string) => ObservedPod['asked'],
): Observation {
  const pods = observation.pods.map((pod) => {
    const asked = pod.terminating ? undefined : askedOf(pod.uid);
    return asked === undefined ? pod : { ...pod, asked };
  });
  return { ...observation, pods };
}

/**
 * Marks pods whose removal the API server has accepted as terminating, even before the watch shows it: no
 * decision may be based on a view older than our own actions.
 */
export function withEvicted(observation: Observation, evictedUids: ReadonlySet<string>): Observation {
  if (evictedUids.size === 0) return observation;
  const pods = observation.pods.map((pod) =>
    evictedUids.has(pod.uid) ? { ...pod, terminating: true } : pod,
  );
  return { ...observation, pods };
}

/**
 * Rule R1 for pods that recover in another zone: until a pod's replacement is available, the original pod's
 * data is missing, so its place is down in ITS zone, wherever the replacement was scheduled.
 *
 * @param memory names the pods that the rollout removed, and their zones
 */
export function withPlaces(
  observation: Observation,
  { inFlight, lastZones }: Pick<RolloutMemory, 'inFlight' | 'lastZones'>,
  minReadyMs: number,
  nowMs: number,
): Observation {
  if (inFlight.length === 0) return observation;
  const present = new Set(observation.pods.map(({ uid }) => uid));
  const gone = new Set(inFlight.filter(({ uid }) => !present.has(uid)).map(({ name }) => name));
  const pods = observation.pods.map((pod) => {
    const isSuccessor = gone.has(pod.name) && lastZones[pod.name] !== undefined;
    if (!isSuccessor || isAvailable(pod, minReadyMs, nowMs)) return pod;
    return { ...pod, node: undefined, zone: undefined };
  });
  return { ...observation, pods };
}
