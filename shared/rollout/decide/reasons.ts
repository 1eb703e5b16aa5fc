import { isKnownZone, UNKNOWN_ZONE, type ZoneTally } from '../../kube/zones.ts';
import { listNames } from '../../sentences.ts';
import { describePodLeaving } from './leaving.ts';
import { isLeaving } from './pods.ts';
import type { Observation } from './types.ts';

/**
 * Pods with the reason why each is down: `ingester-3 (ImagePullBackOff), ingester-4 (missing)`.
 *
 * @param nowMs by the API server's clock
 */
export function describeDown(names: readonly string[], observation: Observation, nowMs: number): string {
  const pods = new Map(observation.pods.map((pod) => [pod.name, pod]));
  return listNames(
    names.map((name) => {
      const pod = pods.get(name);
      if (!pod) return `${name} (missing)`;
      if (isLeaving(pod)) return `${name} (${describePodLeaving(pod, nowMs)})`;
      return `${name} (${pod.problem ?? (pod.readySinceMs === undefined ? 'not ready' : 'ready for too short a time')})`;
    }),
  );
}

/** `zone-a: ingester-3 (missing); zone-b: ingester-4 (terminating)`. */
export function describeZones(
  tallies: readonly ZoneTally[],
  observation: Observation,
  nowMs: number,
): string {
  return tallies
    .map((tally) => {
      const zone = isKnownZone(tally.zone) ? tally.zone : UNKNOWN_ZONE;
      return `${zone}: ${describeDown(tally.down, observation, nowMs)}`;
    })
    .join('; ');
}
