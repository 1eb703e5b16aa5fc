import type { Clock } from '../clock.ts';

/** A signal that aborts after a time, or as soon as another signal does. */
export interface Deadline {
  readonly signal: AbortSignal;
  /** Lets the time begin again. */
  restart(): void;
  /** Stops the clock and lets go of the other signal. The signal does not abort any more. */
  clear(): void;
  /** As `clear`, and aborts the signal, so that whatever still hangs on it ends. */
  end(): void;
}

/**
 * Starts a deadline.
 *
 * @param late makes the reason with which the signal aborts when time is up
 * @param outer its reason is passed on
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

/** The promise, or the signal's reason as soon as it aborts; what the promise does is not stopped. */
export function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
