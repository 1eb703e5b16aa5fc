import type { Clock } from '../../clock.ts';
import { UserError } from '../../errors.ts';

/** The limit set by --timeout, counted from the start of the command. */
export interface TimeLimit {
  /** Aborts with a `TimeLimitError` on timeout. */
  readonly signal: AbortSignal;
  cancel(): void;
}

/** The rollout is safe to leave, and the same command resumes it. */
export class TimeLimitError extends UserError {
  override readonly name = 'TimeLimitError';
  override readonly end = 'stopped';
}

/** @param timeoutMs undefined for no limit */
export function startTimeLimit(timeoutMs: number | undefined, clock: Clock, commandLine: string): TimeLimit {
  const over = new AbortController();
  if (timeoutMs === undefined) return { signal: over.signal, cancel: () => {} };
  const cancel = clock.schedule(timeoutMs, () =>
    over.abort(
      new TimeLimitError(
        `not finished within --timeout ${timeoutMs / 1000}s`,
        `continue with: ${commandLine}`,
      ),
    ),
  );
  return { signal: over.signal, cancel };
}

/** The result of a read-only operation, unless the signal aborts first; a later result is discarded. */
export async function unlessAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  const onAbort = () => aborted.reject(signal.reason);
  work.catch(() => {});
  if (signal.aborted) onAbort();
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([work, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
