import type { Clock } from '../../clock.ts';
import { UserError } from '../../errors.ts';

/** The time that --timeout gives, from the command on. */
export interface TimeLimit {
  /** Aborts with a `TimeLimitError` when the time is over. */
  readonly signal: AbortSignal;
  cancel(): void;
}

/** It is safe to leave, and the same command resumes. */
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
      new TimeLimitError(`not finished within --timeout ${timeoutMs / 1000}s`, `resume with: ${commandLine}`),
    ),
  );
  return { signal: over.signal, cancel };
}

/** The result of something that only reads, unless the signal aborts before; what is read then is thrown away. */
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
