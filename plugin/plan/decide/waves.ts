import { growthLimit } from '../../../shared/rollout/decide/limits.ts';
import type { RolloutOptions } from '../../../shared/rollout/decide/types.ts';

/** The pods of one zone, in the order in which they are replaced. */
export interface ZonePods<P> {
  zone: string;
  pods: readonly P[];
}

/**
 * The waves in which a rollout where nothing goes wrong replaces all pods: those that `planRollout` finds by playing
 * the decision through. Nothing is played here, so that many choices for 10,000 pods cost milliseconds; rule R5 is the
 * decision's own.
 *
 * @param zones in the order in which they are taken
 * @param limit most pods of a zone that may be down, at least 1
 * @param exponentialFactor growth of the waves; 0 takes `limit` pods at once
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
