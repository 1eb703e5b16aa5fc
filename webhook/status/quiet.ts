/** About as long as the evictions of a drain, or of a wave, take to arrive. */
const QUIET_MS = 300;
/** Evictions that never cease must not keep the counts from being written. */
const LONGEST_WAIT_MS = 1_500;

/**
 * How long a count should wait for evictions that come together: they write the same status, and a count in between
 * makes all of them begin anew. Waiting is safe, because a reservation weighs as much as the pod that it takes.
 *
 * @param newestAgeMs how long the newest reservation has been known; undefined when there is none
 * @param waitedMs how long the count has waited
 * @returns milliseconds; 0 when it should begin
 */
export function quietInMs(newestAgeMs: number | undefined, waitedMs: number): number {
  if (newestAgeMs === undefined) return 0;
  return Math.max(0, Math.min(QUIET_MS - newestAgeMs, LONGEST_WAIT_MS - waitedMs));
}
