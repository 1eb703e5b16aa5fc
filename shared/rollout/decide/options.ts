import { parseMaxUnavailable, resolveMaxUnavailable } from './max-unavailable.ts';
import type { Pacing, RolloutOptions } from './types.ts';

/** Values from flags or a manifest; undefined selects the default. */
export interface RawRolloutOptions {
  maxUnavailable?: string | number | undefined;
  exponentialFactor?: string | number | undefined;
  pacing?: string | undefined;
  zoneOrder?: readonly string[] | undefined;
  soakMs?: number | undefined;
  minReadyMs?: number | undefined;
  replaceUnready?: boolean | undefined;
  maxLeaving?: string | number | undefined;
  flush?: boolean | undefined;
  singleZone?: boolean | undefined;
}

export const PACINGS: readonly Pacing[] = ['wave', 'stream'];

export const ROLLOUT_DEFAULTS = { maxUnavailable: '25%', exponentialFactor: 2, pacing: 'wave' } as const;

/** By default, flushing pods leave one at a time. */
const MAX_LEAVING_WITH_FLUSH = 1;

/**
 * Validates the options of a rollout.
 *
 * @returns the options, or every problem as a sentence that names the option
 */
export function parseRolloutOptions(raw: RawRolloutOptions): RolloutOptions | { problems: string[] } {
  const problems: string[] = [];

  const maxUnavailable = parseMaxUnavailable(raw.maxUnavailable ?? ROLLOUT_DEFAULTS.maxUnavailable);
  if (typeof maxUnavailable === 'string') problems.push(`maxUnavailable: ${maxUnavailable}`);
  else if (resolveMaxUnavailable(maxUnavailable, 1) === 0) {
    problems.push('maxUnavailable: 0 would never replace a pod; use 1 or more');
  }

  const factorText = String(raw.exponentialFactor ?? ROLLOUT_DEFAULTS.exponentialFactor).trim();
  const exponentialFactor = factorText === '' ? Number.NaN : Number(factorText);
  if (!Number.isFinite(exponentialFactor) || exponentialFactor < 0) {
    problems.push(`exponentialFactor: "${factorText}" is not a number that is 0 or at least 1`);
  } else if (exponentialFactor > 0 && exponentialFactor < 1) {
    problems.push(
      `exponentialFactor: ${factorText} would shrink the waves to nothing; use 0 (maxUnavailable at once), 1 (one pod a wave) or more`,
    );
  }

  const pacing = PACINGS.find((each) => each === (raw.pacing ?? ROLLOUT_DEFAULTS.pacing));
  if (!pacing) problems.push(`pacing: "${raw.pacing}" is not one of ${PACINGS.join(', ')}`);

  const flush = raw.flush ?? false;
  const leavingText = String(raw.maxLeaving ?? (flush ? MAX_LEAVING_WITH_FLUSH : '')).trim();
  const unlimited = raw.maxLeaving === undefined && !flush;
  if (!unlimited && !/^[1-9]\d{0,5}$/.test(leavingText)) {
    problems.push(`maxLeaving: "${leavingText}" is not a number of pods from 1 on`);
  }

  const zoneOrder = raw.zoneOrder ?? [];
  const twice = zoneOrder.find((zone, index) => zoneOrder.indexOf(zone) !== index);
  if (twice !== undefined) problems.push(`zoneOrder: ${twice} is listed twice`);

  if (problems.length > 0 || typeof maxUnavailable === 'string' || !pacing) return { problems };
  return {
    maxUnavailable,
    exponentialFactor,
    pacing,
    zoneOrder,
    soakMs: raw.soakMs ?? 0,
    minReadyMs: raw.minReadyMs ?? 0,
    replaceUnready: raw.replaceUnready ?? false,
    maxLeaving: unlimited ? undefined : Number(leavingText),
    flush,
    singleZone: raw.singleZone ?? false,
  };
}
