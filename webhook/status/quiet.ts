/** About the time in which the evictions of a drain, or of a wave, arrive. */
const QUIET_MS = 300;
/** A constant stream of evictions must not keep the counts from being written. */
const LONGEST_WAIT_MS = 1_500;

/**
 * How long a count should wait for evictions that arrive together: they write the same status, and a count in between
 * makes all of them retry. Waiting is safe, because a reservation counts as much as its unavailable pod.
 *
 * @param newestAgeMs how long the newest reservation has been known; undefined if there is none
 * @param waitedMs how long the count has waited
 * @returns milliseconds; 0 if it should begin
 */
export function quietInMs(newestAgeMs: number | undefined, waitedMs: number): number {
  if (newestAgeMs === undefined) return 0;
  return Math.max(0, Math.min(QUIET_MS - newestAgeMs, LONGEST_WAIT_MS - waitedMs));
}
