/**
 * When requests are due. The schedule does not depend on answers: who waits for a slow answer before asking again
 * measures least where it is worst ("coordinated omission").
 */
export interface Rhythm {
  startMs: number;
  intervalMs: number;
  /** Number of the next beat; beat `n` is due at `startMs + n * intervalMs`. */
  next: number;
}

export interface Beat {
  rhythm: Rhythm;
  /** When the requests that are to be sent now were due, ms since the epoch, oldest first. */
  dueAtMs: readonly number[];
  /** Beats that are too old to be made up for. */
  skipped: number;
  /** When to look again. */
  nextAtMs: number;
}

/** A process that was busy makes up for this much; a machine that slept does not ask for the night at once. */
const CATCH_UP_MS = 5_000;

/** What is due at this moment. A clock that was set back begins the rhythm anew. */
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
