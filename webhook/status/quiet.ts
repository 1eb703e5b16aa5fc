import type { Reservation } from '../../shared/budget/types.ts';

/** About as long as the evictions of a drain, or of a wave, take to arrive. */
const QUIET_MS = 300;
/** Evictions that never cease must not keep the counts from being written. */
const LONGEST_WAIT_MS = 1_500;

/**
 * How long a count should wait for evictions that come together: they write the same status, and a count in between
 * makes all of them begin anew. Waiting is safe, because a reservation weighs as much as the pod that it takes.
 *
 * @param sinceMs since when the count waits, by the API server's clock as `nowMs`
 * @returns milliseconds; 0 when it should begin
 */
export function quietInMs(
  reservations: readonly Pick<Reservation, 'timeMs'>[],
  sinceMs: number,
  nowMs: number,
): number {
  const newestMs = reservations.reduce((newest, { timeMs }) => Math.max(newest, timeMs), 0);
  return Math.max(0, Math.min(newestMs + QUIET_MS, sinceMs + LONGEST_WAIT_MS) - nowMs);
}
