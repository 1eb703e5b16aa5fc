import { formatMaxUnavailable, resolveMaxUnavailable } from './max-unavailable.ts';
import type { Observation, RolloutMemory, RolloutOptions } from './types.ts';

/** How many pods of a zone may be down, and what reduced the requested number. */
export interface DisruptionLimit {
  pods: number;
  /** A sentence for the operator if the workload allows less than requested; undefined otherwise. */
  capped: string | undefined;
}

/**
 * Rules R2 and R8: the number of pods of one zone that may be unavailable.
 *
 * OrderedReady recreates pods one by one and stops at the first that stays unready, so a larger wave would
 * keep the others down for nothing. Without a second zone nothing could serve in the meantime.
 *
 * @param zones number of zones that the workload's pods are in
 */
export function disruptionLimit(
  observation: Pick<Observation, 'replicas' | 'orderedReady'>,
  options: Pick<RolloutOptions, 'maxUnavailable'> & Partial<Pick<RolloutOptions, 'singleZone'>>,
  zones: number,
): DisruptionLimit {
  const asked = resolveMaxUnavailable(options.maxUnavailable, observation.replicas);
  if (asked > 1 && observation.orderedReady) {
    return {
      pods: 1,
      capped: `podManagementPolicy OrderedReady recreates pods one by one: one pod at a time instead of ${formatMaxUnavailable(options.maxUnavailable)} (Parallel would allow more; the field can only be set when a StatefulSet is created)`,
    };
  }
  if (asked > 1 && zones <= 1 && !options.singleZone) {
    return {
      pods: 1,
      capped: `all pods are in one zone: one pod at a time instead of ${formatMaxUnavailable(options.maxUnavailable)}; if one zone is intended, pass --single-zone`,
    };
  }
  return { pods: asked, capped: undefined };
}

/**
 * Rule R5: the maximum number of pods that may be removed together now.
 *
 * `wave`: wave k, counted from 0, has floor(factor^k) pods. `stream`: the window grows by factor - 1 for each
 * recovered pod, which multiplies it by the factor in each round of restarts, like TCP slow start.
 */
export function growthLimit(
  options: Pick<RolloutOptions, 'exponentialFactor' | 'pacing'>,
  memory: Pick<RolloutMemory, 'waves' | 'recovered'>,
  limit: number,
): number {
  const factor = options.exponentialFactor;
  if (factor === 0) return limit;
  const grown = options.pacing === 'wave' ? factor ** memory.waves : 1 + (factor - 1) * memory.recovered;
  return Math.min(limit, Math.floor(grown));
}

/**
 * The number of pods with which a zone takes as many waves, but without a last one of less than half of the others.
 *
 * @param limit of a wave that is fully grown
 * @param pods of the zone
 * @returns `limit` if its waves leave no such remainder
 */
export function evenWave(limit: number, pods: number): number {
  const last = pods % limit;
  if (pods <= limit || last === 0 || last * 2 >= limit) return limit;
  return Math.ceil(pods / Math.ceil(pods / limit));
}
