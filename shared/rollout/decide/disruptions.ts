/** Which pods a decision disrupts, once its zone is chosen. Pure. */
import { UNKNOWN_ZONE } from '../../kube/zones.ts';
import { countPods } from '../../sentences.ts';
import { rememberDisruption } from './memory.ts';
import { byOrdinalDescending } from './order.ts';
import { isAvailable, zoneOf } from './pods.ts';
import { describeDown } from './reasons.ts';
import type { Disrupt, ObservedPod, RolloutInput } from './types.ts';

/**
 * Replaces pods that are already down: costs no availability and does not count as growth (R5). All of the zone at
 * once, because the others may depend on one of them: OrderedReady creates no pod after one that stays unready.
 */
export function replaceBroken(input: RolloutInput, zone: string, broken: readonly ObservedPod[]): Disrupt {
  const { observation, memory, nowMs } = input;
  const pods = [...broken].sort(byOrdinalDescending);
  const chosen = new Set(memory.inFlight.map((member) => member.uid));
  const names = pods.map((pod) => pod.name);
  return disrupt(input, zone, pods, {
    wave: 0,
    begins: pods.some((pod) => !chosen.has(pod.uid)),
    counted: false,
    reason: `${countPods(pods.length)} of ${zone} not ready on an old revision: ${describeDown(names, observation, nowMs)}`,
  });
}

/** Replaces pods that were never scheduled. That disrupts no zone, and none is remembered for it. */
export function replaceUnscheduled(input: RolloutInput, unscheduled: readonly ObservedPod[]): Disrupt {
  const { observation, memory, nowMs } = input;
  const zones = new Set(unscheduled.map((pod) => zoneOf(pod, memory)));
  const [zone] = zones;
  const named = new Set(memory.inFlight.map((member) => member.uid));
  const pods = [...unscheduled].sort(byOrdinalDescending);
  const names = pods.map((pod) => pod.name);
  const members = pods.map(({ name, uid }) => ({ name, uid, counted: false }));
  const { inFlight } = rememberDisruption(memory, '', members);
  return {
    kind: 'disrupt',
    zone: zones.size === 1 && zone !== undefined ? zone : UNKNOWN_ZONE,
    pods: pods.map(({ name, uid }) => ({ name, uid })),
    later: [],
    wave: 0,
    begins: pods.some((pod) => !named.has(pod.uid)),
    reason: `${countPods(pods.length)} on an old revision were never scheduled: ${describeDown(names, observation, nowMs)}`,
    memory: { ...memory, inFlight },
  };
}

/** Continues a wave begun by this process or an earlier one. */
export function continueWave(input: RolloutInput, zone: string, pods: readonly ObservedPod[]): Disrupt {
  const { waves, inFlight } = input.memory;
  const named = new Set(inFlight.map((member) => member.uid));
  return disrupt(
    input,
    zone,
    pods.filter((pod) => !named.has(pod.uid)),
    {
      pods: pods.map(({ name, uid }) => ({ name, uid })),
      wave: waves,
      begins: false,
      counted: false,
      reason: `wave ${waves} continues in ${zone}`,
    },
  );
}

/** R2, R4, R5: the next wave: available stale pods of the zone, at most `size`; undefined if there is none. */
export function takeAvailable(
  input: RolloutInput,
  zone: string | undefined,
  candidates: readonly ObservedPod[],
  size: number,
): Disrupt | undefined {
  const { memory, options, nowMs } = input;
  const inFlight = new Set(memory.inFlight.map((member) => member.uid));
  const pods = candidates
    .filter(
      (pod) => pod.zone === zone && !inFlight.has(pod.uid) && isAvailable(pod, options.minReadyMs, nowMs),
    )
    .sort(byOrdinalDescending)
    .slice(0, size);
  if (zone === undefined || pods.length === 0) return undefined;
  const wave = memory.waves + 1;
  const reason = `wave ${wave}: ${countPods(pods.length)} of ${zone}, all other zones are healthy`;
  return disrupt(input, zone, pods, { wave, begins: true, counted: true, reason });
}

/** @param chosen pods that are not in the memory yet; also the pods to remove, unless `about.pods` is set */
function disrupt(
  input: RolloutInput,
  zone: string,
  chosen: readonly ObservedPod[],
  about: { wave: number; begins: boolean; counted: boolean; reason: string; pods?: Disrupt['pods'] },
): Disrupt {
  const { counted, ...rest } = about;
  const members = chosen.map(({ name, uid }) => ({ name, uid, counted }));
  return {
    kind: 'disrupt',
    zone,
    pods: chosen.map(({ name, uid }) => ({ name, uid })),
    later: [],
    memory: rememberDisruption(input.memory, zone, members),
    ...rest,
  };
}
