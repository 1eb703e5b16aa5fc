/**
 * When requests are due. The schedule does not depend on responses: a client that waits for slow responses before it
 * sends again measures least when latency is worst ("coordinated omission").
 */
export interface Rhythm {
  startMs: number;
  intervalMs: number;
  /** Number of the next beat; beat `n` is due at `startMs + n * intervalMs`. */
  next: number;
}

export interface Beat {
  rhythm: Rhythm;
  /** When the requests to send now were due, ms since the epoch, oldest first. */
  dueAtMs: readonly number[];
  /** Beats too old to catch up with. */
  skipped: number;
  /** When to call again. */
  nextAtMs: number;
}

/** A busy process catches up with at most this much; a machine that slept must not send all missed requests at once. */
const CATCH_UP_MS = 5_000;

/** The beats due at this time. A clock that was set back restarts the schedule. */
export function beat(rhythm: Rhythm, nowMs: number): Beat {
  const { startMs, intervalMs, next } = rhythm;
  const nextDueMs = startMs + next * intervalMs;
  if (nextDueMs - nowMs > intervalMs) {
    const anew = { startMs: nowMs, intervalMs, next: 1 };
    return { rhythm: anew, dueAtMs: [nowMs], skipped: 0, nextAtMs: nowMs + intervalMs };
  }
  const last = Math.floor((nowMs - startMs) / intervalMs);
  const oldest = Math.max(next, Math.ceil((nowMs - CATCH_UP_MS - startMs) / intervalMs));
  const dueAtMs = Array.from(
    { length: Math.max(0, last - oldest + 1) },
    (_, index) => startMs + (oldest + index) * intervalMs,
  );
  const following = Math.max(next, last + 1);
  return {
    rhythm: { ...rhythm, next: following },
    dueAtMs,
    skipped: Math.max(0, Math.min(oldest, following) - next),
    nextAtMs: startMs + following * intervalMs,
  };
}
