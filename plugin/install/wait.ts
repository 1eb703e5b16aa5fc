import { type Clock, delay } from '../../shared/clock.ts';
import { ConnectionError } from '../../shared/kube/kube.ts';
import { StoppedError } from './errors.ts';

/** How long to wait, and how to report it. */
export interface WaitOptions {
  clock: Clock;
  /** By the clock's `monotonicMs`. */
  deadlineMs: number;
  signal: AbortSignal;
  /** Called once, if waiting is necessary. */
  onWait(text: string): void;
}

/** The result of one attempt: the value, or what is still missing. */
export type Attempt<T> = { found: T } | { missing: string };

const INTERVAL_MS = 500;

/**
 * Repeats `look` until it finds something. Retries when the API server does not answer.
 *
 * @param what for messages: `waiting for WHAT`
 * @throws StoppedError at the deadline, with what was missing last; the signal's reason when it aborts
 */
export async function waitFor<T>(
  what: string,
  options: WaitOptions,
  look: () => Promise<Attempt<T>>,
): Promise<T> {
  const { clock, deadlineMs, signal, onWait } = options;
  let reported = false;
  while (true) {
    const seen = await tryOnce(look);
    if ('found' in seen) return seen.found;
    if (!reported) onWait(`waiting for ${what}: ${seen.missing}`);
    reported = true;
    if (clock.monotonicMs() >= deadlineMs) {
      throw new StoppedError(
        `timed out waiting for ${what}: ${seen.missing}`,
        'the same command continues from here; --timeout allows more time',
        'time',
      );
    }
    await delay(clock, INTERVAL_MS, signal);
  }
}

async function tryOnce<T>(look: () => Promise<Attempt<T>>): Promise<Attempt<T>> {
  try {
    return await look();
  } catch (error) {
    if (!(error instanceof ConnectionError)) throw error;
    return { missing: error.message };
  }
}
