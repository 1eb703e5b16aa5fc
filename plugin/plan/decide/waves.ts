import { growthLimit } from '../../../shared/rollout/decide/limits.ts';
import type { RolloutOptions } from '../../../shared/rollout/decide/types.ts';

/** The pods of one zone in the order of replacement. */
export interface ZonePods<P> {
  zone: string;
  pods: readonly P[];
}

/**
 * The waves of a rollout without failures: the same that `planRollout` finds by simulating the decision. Nothing is
 * simulated here, so that comparing settings for 10,000 pods takes milliseconds; rule R5 is shared with the decision.
 *
 * @param zones in the order of the rollout
 * @param limit maximum number of unavailable pods in a zone, at least 1
 * @param exponentialFactor growth of the waves; with 0 every wave has `limit` pods
 */
export function wavesOf<P>(
  zones: readonly ZonePods<P>[],
  limit: number,
  exponentialFactor: RolloutOptions['exponentialFactor'],
): ZonePods<P>[] {
  const waves: ZonePods<P>[] = [];
  for (const { zone, pods } of zones) {
    let taken = 0;
    while (taken < pods.length) {
      const memory = { waves: waves.length, recovered: 0 };
      const size = growthLimit({ exponentialFactor, pacing: 'wave' }, memory, limit);
      waves.push({ zone, pods: pods.slice(taken, taken + size) });
      taken += size;
    }
  }
  return waves;
}
