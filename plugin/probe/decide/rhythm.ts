/**
 * When requests are due. The schedule does not depend on responses: a client that waits for slow responses before it
 * sends again measures least when latency is worst ("coordinated omission"). All times are by the monotonic clock.
 */
export interface Rhythm {
  startMs: number;
  intervalMs: number;
  /** Number of the next beat; beat `n` is due at `startMs + n * intervalMs`. */
  next: number;
}

export interface Beat {
  rhythm: Rhythm;
  /** When the requests to send now were due, oldest first. */
  dueMs: readonly number[];
  /** Beats too old to catch up with. */
  skipped: number;
  /** When to call again. */
  nextMs: number;
}

/** A busy process catches up with at most this much; one that was stopped must not send all missed requests at once. */
const CATCH_UP_MS = 5_000;

/** The beats due at this time. */
export function beat(rhythm: Rhythm, nowMs: number): Beat {
  const { startMs, intervalMs, next } = rhythm;
  const last = Math.floor((nowMs - startMs) / intervalMs);
  const oldest = Math.max(next, Math.ceil((nowMs - CATCH_UP_MS - startMs) / intervalMs));
  const dueMs = Array.from(
    { length: Math.max(0, last - oldest + 1) },
    (_, index) => startMs + (oldest + index) * intervalMs,
  );
  const following = Math.max(next, last + 1);
  return {
    rhythm: { ...rhythm, next: following },
    dueMs,
    skipped: Math.max(0, Math.min(oldest, following) - next),
    nextMs: startMs + following * intervalMs,
  };
}
