import { isKnownZone, type ZoneTally } from '../zones.ts';
import type { Observation } from './types.ts';

/** Sentences about 300 pods must stay readable: the first few by name, the others as a number. */
const NAMES_SHOWN = 5;

/** `1 pod`, `12 pods`. */
export function countPods(count: number): string {
  return `${count} ${count === 1 ? 'pod' : 'pods'}`;
}

/** `a, b, c and 4 more`. */
export function listNames(names: readonly string[]): string {
  if (names.length <= NAMES_SHOWN + 1) return names.join(', ');
  return `${names.slice(0, NAMES_SHOWN).join(', ')} and ${names.length - NAMES_SHOWN} more`;
}

/** Pods with the reason why each is down: `ingester-3 (ImagePullBackOff), ingester-4 (missing)`. */
export function describeDown(names: readonly string[], observation: Observation): string {
  const pods = new Map(observation.pods.map((pod) => [pod.name, pod]));
  return listNames(
    names.map((name) => {
      const pod = pods.get(name);
      if (!pod) return `${name} (missing)`;
      if (pod.terminating) return `${name} (terminating)`;
      return `${name} (${pod.problem ?? (pod.readySinceMs === undefined ? 'not ready' : 'ready for too short a time')})`;
    }),
  );
}

/** `zone-a: ingester-3 (missing); zone-b: ingester-4 (terminating)`. */
export function describeZones(tallies: readonly ZoneTally[], observation: Observation): string {
  return tallies
    .map((tally) => {
      const zone = isKnownZone(tally.zone) ? tally.zone : 'unknown zone';
      return `${zone}: ${describeDown(tally.down, observation)}`;
    })
    .join('; ');
}
