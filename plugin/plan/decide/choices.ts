import { ROLLOUT_DEFAULTS } from '../../../shared/rollout/decide/options.ts';
import { wavesOf, type ZonePods } from './waves.ts';

/** One way to roll a workload out, and what it would come to. */
export interface Choice {
  /** Most pods of a zone that may be down. */
  maxUnavailable: number;
  /** Growth of the waves; 0 takes `maxUnavailable` pods at once from the first wave on. */
  exponentialFactor: number;
  waves: number;
  /** Until the last pod is available. */
  durationMs: number;
  /** In the largest wave. */
  podsDown: number;
}

/** How the pods of one workload can be replaced. */
export interface Fleet<P> {
  /** In the order in which they are taken. */
  zones: readonly ZonePods<P>[];
  /** The most that the workload lets be down together, whatever is asked for: rule R8. */
  limit: number;
  /** From the removal of a pod until its successor is available. */
  replacementMs(pod: P): number;
}

/**
 * The choices worth a look: 1, 2, 4, … pods up to the largest zone, and then the largest zone at once. What comes to
 * the same is left out.
 *
 * @param extra another number of pods to be among them, such as the largest that is safe
 */
export function choicesOf<P>(fleet: Fleet<P>, extra?: number): Choice[] {
  const largestZone = Math.max(0, ...fleet.zones.map(({ pods }) => pods.length));
  const most = Math.min(largestZone, fleet.limit);
  if (most === 0) return [];
  const sizes = new Set<number>([most]);
  for (let size = 1; size < most; size *= 2) sizes.add(size);
  if (extra !== undefined && extra >= 1 && extra <= most) sizes.add(extra);
  const growing = [...sizes]
    .sort((a, b) => a - b)
    .map((size) => choiceOf(fleet, size, ROLLOUT_DEFAULTS.exponentialFactor));
  return most === 1 ? growing : [...growing, choiceOf(fleet, most, 0)];
}

/** A wave ends when its slowest pod is back. */
function choiceOf<P>(fleet: Fleet<P>, maxUnavailable: number, exponentialFactor: number): Choice {
  const waves = wavesOf(fleet.zones, maxUnavailable, exponentialFactor);
  let durationMs = 0;
  let podsDown = 0;
  for (const { pods } of waves) {
    durationMs += Math.max(...pods.map((pod) => fleet.replacementMs(pod)));
    podsDown = Math.max(podsDown, pods.length);
  }
  return { maxUnavailable, exponentialFactor, waves: waves.length, durationMs, podsDown };
}
