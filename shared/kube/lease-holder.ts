import type { Lease } from './objects.ts';

/** A Lease, and since when its holder was not seen renewing it, by our monotonic clock. */
export interface HolderSight {
  lease: Lease;
  sinceMs: number;
  /** Whether a renewal was observed, as opposed to only the state at the first read. */
  renewed: boolean;
}

/** Cap on a Lease's duration; a longer one would make everyone wait for a holder that is gone. */
const LONGEST_DURATION_MS = 10 * 60_000;

/**
 * Records a Lease that was just read. Only renewals that we observe show that a holder is alive: the times in a Lease
 * come from other clocks. This is the rule of client-go's leader election (tools/leaderelection/leaderelection.go).
 *
 * @param before the previous observation; undefined at the first read
 * @param nowMs by the monotonic clock
 */
export function seeHolder(before: HolderSight | undefined, lease: Lease, nowMs: number): HolderSight {
  if (before === undefined) return { lease, sinceMs: nowMs, renewed: false };
  if (isRenewed(before.lease, lease)) return { lease, sinceMs: nowMs, renewed: true };
  return { ...before, lease };
}

/** Others may write annotations, so only a new renewal or a new holder is a sign of life. */
export function isRenewed({ spec: before }: Lease, { spec: after }: Lease): boolean {
  return (
    before.holderIdentity !== after.holderIdentity ||
    before.renewTimeMs !== after.renewTimeMs ||
    before.leaseTransitions !== after.leaseTransitions
  );
}

/**
 * For how long the holder is still considered alive without another renewal; 0 after that, and without a holder.
 *
 * @param leastMs minimum duration, if the Lease has a shorter one
 * @param nowMs by the monotonic clock
 */
export function believedForMs({ lease, sinceMs }: HolderSight, leastMs: number, nowMs: number): number {
  if (lease.spec.holderIdentity === '') return 0;
  const durationMs = Math.min(LONGEST_DURATION_MS, lease.spec.leaseDurationSeconds * 1000);
  return Math.max(0, sinceMs + Math.max(leastMs, durationMs) - nowMs);
}

/**
 * For how long to display the holder as alive, where no decision depends on it. Until a renewal was observed,
 * only the times in the Lease are available; they are off by the difference between the clocks.
 *
 * @param at now, by the monotonic clock and by the API server's
 */
export function shownForMs(
  sight: HolderSight,
  leastMs: number,
  at: { nowMs: number; serverNowMs: number },
): number {
  const believedMs = believedForMs(sight, leastMs, at.nowMs);
  if (sight.renewed) return believedMs;
  const { renewTimeMs = 0, leaseDurationSeconds } = sight.lease.spec;
  return Math.max(0, Math.min(believedMs, renewTimeMs + leaseDurationSeconds * 1000 - at.serverNowMs));
}
