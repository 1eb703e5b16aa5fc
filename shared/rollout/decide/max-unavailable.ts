import {
  formatIntOrPercent,
  type IntOrPercent,
  parseIntOrPercent,
  resolveIntOrPercent,
} from '../../int-or-percent.ts';

/** How many pods of a zone may be unavailable: a number, a percentage of all replicas, or all pods of the zone. */
export type MaxUnavailable = IntOrPercent | { kind: 'zone' };

const ZONE = 'zone';

/**
 * Parses `4`, `'33%'` or `'zone'`.
 *
 * @returns the value, or a sentence that describes the error
 */
export function parseMaxUnavailable(value: string | number): MaxUnavailable | string {
  if (String(value).trim() === ZONE) return { kind: ZONE };
  const parsed = parseIntOrPercent(value);
  const isNoNumber = typeof parsed === 'string' && parsed.startsWith('"');
  return isNoNumber ? `${parsed}; zone is all pods of a zone` : parsed;
}

/**
 * As a number of pods. All pods of the zone are as many as all replicas: the other zones are not touched anyway, and a
 * zone may grow during the rollout.
 */
export function resolveMaxUnavailable(value: MaxUnavailable, replicas: number): number {
  return value.kind === ZONE ? replicas : resolveIntOrPercent(value, replicas);
}

/** Formats the value as in a flag. */
export function formatMaxUnavailable(value: MaxUnavailable): string {
  return value.kind === ZONE ? ZONE : formatIntOrPercent(value);
}
