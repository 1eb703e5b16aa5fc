import type { Lease } from './objects.ts';

/** A Lease as it is, and since when its holder has not been seen to renew it, by our own monotonic clock. */
export interface HolderSight {
  lease: Lease;
  sinceMs: number;
  /** Whether a renewal was seen, and not only what was there at the first look. */
  renewed: boolean;
}

/** A Lease that says more would keep everybody waiting for a holder that is gone. */
const LONGEST_DURATION_MS = 10 * 60_000;

/**
 * Takes in a Lease as it was read just now. Whether a holder lives is told by the renewals that we see ourselves: the
 * times in a Lease come from other clocks. This is the rule of client-go's leader election
 * (tools/leaderelection/leaderelection.go).
 *
 * @param before what was seen of it before; undefined at the first look
 * @param nowMs by the monotonic clock
 */
export function seeHolder(before: HolderSight | undefined, lease: Lease, nowMs: number): HolderSight {
  if (before === undefined) return { lease, sinceMs: nowMs, renewed: false };
  if (isRenewed(before.lease, lease)) return { lease, sinceMs: nowMs, renewed: true };
  return { ...before, lease };
}

/** Annotations may be written by others than the holder, so only a new renewal, or a new holder, shows life. */
export function isRenewed({ spec: before }: Lease, { spec: after }: Lease): boolean {
  return (
    before.holderIdentity !== after.holderIdentity ||
    before.renewTimeMs !== after.renewTimeMs ||
    before.leaseTransitions !== after.leaseTransitions
  );
}

/**
 * For how long the holder is still believed to live without another renewal; 0 once it is not, and without a holder.
 *
 * @param leastMs the duration that counts where the Lease says a shorter one
 * @param nowMs by the monotonic clock
 */
export function believedForMs({ lease, sinceMs }: HolderSight, leastMs: number, nowMs: number): number {
  if (lease.spec.holderIdentity === '') return 0;
  const durationMs = Math.min(LONGEST_DURATION_MS, lease.spec.leaseDurationSeconds * 1000);
  return Math.max(0, sinceMs + Math.max(leastMs, durationMs) - nowMs);
}

/**
 * For how long the holder may be shown as one that lives, where nothing is done that depends on it. Before a renewal was
 * seen, or could have been, the times in the Lease are all there is to show; they are wrong by as much as clocks differ.
 *
 * @param at this moment by the monotonic clock, and by the API server's
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
