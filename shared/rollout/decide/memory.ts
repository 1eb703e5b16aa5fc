import { isAvailable, isLeaving, tallyObservation } from './pods.ts';
import type { InFlightPod, Now, Observation, ObservedPod, RolloutMemory, RolloutOptions } from './types.ts';

/** The memory of a rollout that has not started. */
export function emptyMemory(revision: string): RolloutMemory {
  return {
    revision,
    waves: 0,
    recovered: 0,
    zone: undefined,
    zoneWholeSinceMs: undefined,
    inFlight: [],
    lastZones: {},
    killed: [],
  };
}

/**
 * Updates the memory with the current observation; must be called before each decision. Idempotent for the
 * same observation.
 *
 * A new update revision restarts the growth (R5) but keeps where pods were, which zone was last (R1) and
 * which pods are down. Pods that were chosen and not requested are no longer planned.
 */
export function remember(
  memory: RolloutMemory,
  observation: Observation,
  options: Pick<RolloutOptions, 'minReadyMs'>,
  { nowMs, monotonicMs }: Now,
): RolloutMemory {
  const lastZones = rememberZones(memory.lastZones, observation);
  const sameRevision = !observation.revisionObserved || memory.revision === observation.updateRevision;
  const growth = sameRevision
    ? settleInFlight(memory, observation, options.minReadyMs, nowMs)
    : {
        revision: observation.updateRevision,
        waves: 0,
        recovered: 0,
        inFlight: stillAway(memory, observation),
      };

  const zones = tallyObservation(observation, { lastZones }, options.minReadyMs, nowMs);
  const whole =
    memory.zone !== undefined && !zones.some((tally) => tally.zone === memory.zone && tally.down.length > 0);
  return {
    ...memory,
    ...growth,
    lastZones,
    zoneWholeSinceMs: whole ? (memory.zoneWholeSinceMs ?? monotonicMs) : undefined,
  };
}

/**
 * Drops pods of the wave that have recovered, or that will no longer be removed, and counts the recovered
 * ones. A pod that was chosen because it was down and is available now is no longer part of the wave.
 */
function settleInFlight(memory: RolloutMemory, observation: Observation, minReadyMs: number, nowMs: number) {
  if (memory.inFlight.length === 0) return { inFlight: memory.inFlight, recovered: memory.recovered };
  const present = new Map(observation.pods.map((pod) => [pod.name, pod]));
  const missing = new Set(observation.missing);
  let recovered = memory.recovered;
  const inFlight = memory.inFlight.filter((member) => {
    const pod = present.get(member.name);
    if (!pod) return missing.has(member.name);
    const available = isAvailable(pod, minReadyMs, nowMs);
    if (pod.uid === member.uid)
      return isLeaving(pod) || (pod.stale && !pod.surplus && (member.counted || !available));
    if (!available) return true;
    if (member.counted) recovered += 1;
    return false;
  });
  return { inFlight, recovered };
}

/** Pods removed for an earlier revision without an available replacement. Their recovery does not count as growth. */
function stillAway({ inFlight }: RolloutMemory, { pods }: Observation): InFlightPod[] {
  const staying = new Set(pods.filter((pod) => !pod.terminating).map((pod) => pod.uid));
  return inFlight
    .filter((member) => !staying.has(member.uid))
    .map((member) => ({ ...member, counted: false }));
}

/**
 * The memory for a later process: also names pods that were requested for an earlier plan with an unknown
 * outcome (R10).
 */
export function forSuccessors(memory: RolloutMemory, { pods }: Observation): RolloutMemory {
  const named = new Set(memory.inFlight.map(({ uid }) => uid));
  const asked = pods.filter((pod) => pod.asked !== undefined && !named.has(pod.uid));
  if (asked.length === 0) return memory;
  const members = asked.map(({ name, uid }) => ({ name, uid, counted: false }));
  return { ...memory, inFlight: [...memory.inFlight, ...members] };
}

function rememberZones(
  known: RolloutMemory['lastZones'],
  observation: Observation,
): RolloutMemory['lastZones'] {
  const zones: Record<string, string> = {};
  for (const pod of observation.pods) {
    const zone = pod.zone ?? known[pod.name];
    if (zone !== undefined) zones[pod.name] = zone;
  }
  for (const name of observation.missing) {
    const zone = known[name] ?? observation.missingZones?.get(name);
    if (zone !== undefined) zones[name] = zone;
  }
  return zones;
}

/** Pods of the current wave that are still to be removed: the chosen pods themselves, not their replacements. */
export function pendingPods(memory: RolloutMemory, observation: Observation): ObservedPod[] {
  const chosen = new Map(memory.inFlight.map((member) => [member.uid, member]));
  return observation.pods.filter(
    (pod) => chosen.has(pod.uid) && pod.stale && !pod.terminating && !pod.surplus,
  );
}

/** The memory to store before `pods` of `zone` are removed. */
export function rememberDisruption(
  memory: RolloutMemory,
  zone: string,
  pods: readonly InFlightPod[],
): RolloutMemory {
  const chosen = new Set(pods.map((pod) => pod.uid));
  return {
    ...memory,
    waves: memory.waves + (pods.some((pod) => pod.counted) ? 1 : 0),
    zone,
    zoneWholeSinceMs: undefined,
    inFlight: [...memory.inFlight.filter((member) => !chosen.has(member.uid)), ...pods],
  };
}
