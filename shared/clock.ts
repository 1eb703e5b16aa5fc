/** Time as a dependency: drivers and caches take a `Clock`, decisions take `nowMs` as an argument. */
export interface Clock {
  /** Milliseconds since the epoch, as the machine believes. May step either way when the machine's clock is set. */
  nowMs(): number;
  /**
   * Milliseconds that have passed since some moment; for ages and deadlines, which no setting of a clock may change.
   * Never goes back. It may stand still while the machine sleeps.
   */
  monotonicMs(): number;
  /** Runs `run` once after `delayMs` and returns the function that cancels it. */
  schedule(delayMs: number, run: () => void): () => void;
}

/** The machine's own clock. Its timers keep the process alive: whoever schedules, cancels. */
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  schedule(delayMs, run) {
    const timer = setTimeout(run, Math.min(delayMs, MAX_TIMER_MS));
    return () => clearTimeout(timer);
  },
};

/** `setTimeout` runs at once for anything above a signed 32-bit number of milliseconds. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** A moment by both readings of a clock. */
export interface Instant {
  wallMs: number;
  monotonicMs: number;
}

/** This moment. */
export function instantOf(clock: Clock): Instant {
  return { wallMs: clock.nowMs(), monotonicMs: clock.monotonicMs() };
}

/**
 * The longest time that may have passed since: the one reading stands still while the machine sleeps, the other goes back
 * when its clock is set. For whoever may act only for so long.
 */
export function longestSinceMs(clock: Clock, from: Instant): number {
  return longestBetweenMs(from, instantOf(clock));
}

/** The same between two moments. */
export function longestBetweenMs(from: Instant, to: Instant): number {
  return Math.max(to.wallMs - from.wallMs, to.monotonicMs - from.monotonicMs);
}

/** Resolves once `work` has ended, well or badly, or after `patienceMs`, whichever comes first. */
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
