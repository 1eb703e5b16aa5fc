import type { Clock } from '../clock.ts';

/** A signal that aborts after a timeout, or when another signal aborts. */
export interface Deadline {
  readonly signal: AbortSignal;
  /** Restarts the timeout. */
  restart(): void;
  /** Cancels the timeout and detaches from the other signal. The signal no longer aborts. */
  clear(): void;
  /** As `clear`, and aborts the signal to end whatever still depends on it. */
  end(): void;
}

/**
 * Starts a deadline.
 *
 * @param late creates the abort reason on timeout
 * @param outer its abort reason is passed on
 */
export function startDeadline(
  clock: Clock,
  timeoutMs: number,
  late: () => Error,
  outer?: AbortSignal,
): Deadline {
  const controller = new AbortController();
  const onOuter = () => {
    cancel();
    controller.abort(outer?.reason);
  };
  const schedule = () => clock.schedule(timeoutMs, () => controller.abort(late()));
  let cancel = schedule();
  if (outer?.aborted) onOuter();
  else outer?.addEventListener('abort', onOuter, { once: true });
  const clear = () => {
    cancel();
    outer?.removeEventListener('abort', onOuter);
  };
  return {
    signal: controller.signal,
    restart() {
      cancel();
      if (!controller.signal.aborted) cancel = schedule();
    },
    clear,
    end() {
      clear();
      controller.abort(new Error('ended'));
    },
  };
}

/** The promise, or the signal's reason when it aborts first; the promise's work is not stopped. */
export function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
