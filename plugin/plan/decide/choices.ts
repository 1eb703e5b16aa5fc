import { ROLLOUT_DEFAULTS } from '../../../shared/rollout/decide/options.ts';
import { wavesOf, type ZonePods } from './waves.ts';

/** The settings of a rollout, and their estimated result. */
export interface Choice {
  /** Maximum number of unavailable pods in a zone. */
  maxUnavailable: number;
  /** Growth of the waves; with 0 every wave has `maxUnavailable` pods. */
  exponentialFactor: number;
  waves: number;
  /** Until the last pod is available. */
  durationMs: number;
  /** In the largest wave. */
  podsDown: number;
}

/** How the pods of one workload can be replaced. */
export interface Fleet<P> {
  /** In the order of replacement. */
  zones: readonly ZonePods<P>[];
  /** The limit of the workload itself, whatever the settings: rule R8. */
  limit: number;
  /** From the removal of a pod until its successor is available. */
  replacementMs(pod: P): number;
}

/**
 * The settings to compare: 1, 2, 4, … pods up to the largest zone, and then the largest zone at once. Equivalent ones are
 * omitted.
 *
 * @param extra another number of pods to include, such as the largest safe one
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

/** A wave ends when its slowest pod is available. */
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
