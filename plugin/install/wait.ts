import { type Clock, delay } from '../../shared/clock.ts';
import { ConnectionError } from '../../shared/kube/kube.ts';
import { StoppedError } from './errors.ts';

/** How long to wait for something, and how it is told. */
export interface Patience {
  clock: Clock;
  /** By the clock's `monotonicMs`. */
  deadlineMs: number;
  signal: AbortSignal;
  /** Told once, when something has to be waited for. */
  onWait(text: string): void;
}

/** What one look has found: the thing itself, or why it is not there yet. */
export type Look<T> = { found: T } | { missing: string };

const INTERVAL_MS = 500;

/**
 * Looks again and again until something is there. An API server that does not answer is asked again.
 *
 * @param what for messages: `waiting for WHAT`
 * @throws StoppedError at the deadline, with what the last look has missed; the signal's reason when it aborts
 */
export async function waitFor<T>(what: string, patience: Patience, look: () => Promise<Look<T>>): Promise<T> {
  const { clock, deadlineMs, signal, onWait } = patience;
  let told = false;
  while (true) {
    const seen = await lookOnce(look);
    if ('found' in seen) return seen.found;
    if (!told) onWait(`waiting for ${what}: ${seen.missing}`);
    told = true;
    if (clock.monotonicMs() >= deadlineMs) {
      throw new StoppedError(
        `time is up, waiting for ${what}: ${seen.missing}`,
        'the same command goes on from here; --timeout gives it more time',
        'time',
      );
    }
    await delay(clock, INTERVAL_MS, signal);
  }
}

async function lookOnce<T>(look: () => Promise<Look<T>>): Promise<Look<T>> {
  try {
    return await look();
  } catch (error) {
    if (!(error instanceof ConnectionError)) throw error;
    return { missing: error.message };
  }
}
