/** Time as a dependency: drivers and caches take a `Clock`, decisions take `nowMs` as an argument. */
export interface Clock {
  /** Wall-clock time in milliseconds since the epoch. May jump in either direction when the clock is set. */
  nowMs(): number;
  /**
   * Monotonic milliseconds since an arbitrary point, for ages and deadlines. Not affected by clock changes;
   * may stand still while the machine sleeps.
   */
  monotonicMs(): number;
  /** Calls `run` once after `delayMs`. Returns a function that cancels it. */
  schedule(delayMs: number, run: () => void): () => void;
}

/** The system clock. Its timers keep the process alive, so callers must cancel them. */
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  schedule(delayMs, run) {
    const timer = setTimeout(run, Math.min(delayMs, MAX_TIMER_MS));
    return () => clearTimeout(timer);
  },
};

/** `setTimeout` fires immediately for delays above a signed 32-bit number of milliseconds. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** A point in time on both the wall clock and the monotonic clock. */
export interface Instant {
  wallMs: number;
  monotonicMs: number;
}

/** The current instant. */
export function instantOf(clock: Clock): Instant {
  return { wallMs: clock.nowMs(), monotonicMs: clock.monotonicMs() };
}

/**
 * The upper bound of the time elapsed since `from`: the monotonic clock stands still while the machine
 * sleeps, the wall clock jumps when it is set. For callers that may act only for a limited time.
 */
export function longestSinceMs(clock: Clock, from: Instant): number {
  return longestBetweenMs(from, instantOf(clock));
}

/** As `longestSinceMs`, between two instants. */
export function longestBetweenMs(from: Instant, to: Instant): number {
  return Math.max(to.wallMs - from.wallMs, to.monotonicMs - from.monotonicMs);
}

/** Resolves when `work` settles or after `patienceMs`, whichever comes first. */
export async function settledWithin(clock: Clock, patienceMs: number, work: Promise<unknown>): Promise<void> {
  const ended = new AbortController();
  const end = () => ended.abort();
  work.then(end, end);
  await delay(clock, patienceMs, ended.signal).catch(() => {});
}

/** Resolves after `delayMs`, or rejects with the signal's reason as soon as it aborts. */
export function delay(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const onAbort = () => {
      cancel();
      reject(signal?.reason);
    };
    const cancel = clock.schedule(delayMs, () => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    });
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}
