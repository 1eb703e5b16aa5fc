import { ApiError } from './kube.ts';
import { WireError } from './wire.ts';

/** How one attempt failed, and what is left to try again with. */
export interface FailedAttempt {
  error: ApiError | WireError;
  method: string;
  retry: 'safe' | 'never';
  /** 1 for the first attempt. */
  attempt: number;
  /** Until the request's own deadline. */
  remainingMs: number;
  /** A number in [0, 1), for the jitter. */
  random: number;
}

/** Attempts at a broken connection or a 5xx answer. With their waits they take about 2 s, so a command whose
 * server is down still fails promptly; the watch cache is what outlasts an outage. */
const MAX_BLIND_ATTEMPTS = 4;
const FIRST_WAIT_MS = 150;
const LONGEST_WAIT_MS = 10_000;

/**
 * Milliseconds to wait before the next attempt, or `undefined` when the failure belongs to the caller.
 *
 * - An answer with Retry-After (429, 503) is obeyed whatever the method, because the server says it did nothing.
 * - 500, 502, 503 and 504 without it are repeated for GET only: a write may have been carried out.
 * - A broken connection is repeated for GET, and for a write only when it certainly was not sent.
 * - `never` gives every answer to the caller; an unsent request was not answered and may be repeated.
 */
export function waitBeforeRetryMs(failed: FailedAttempt): number | undefined {
  const waitMs = wantedWaitMs(failed);
  return waitMs === undefined || waitMs >= failed.remainingMs ? undefined : waitMs;
}

function wantedWaitMs(failed: FailedAttempt): number | undefined {
  const { error } = failed;
  if (error instanceof WireError) {
    const safe = !error.final && (!error.sent || (failed.method === 'GET' && failed.retry === 'safe'));
    return safe ? blindWaitMs(failed) : undefined;
  }
  if (failed.retry === 'never') return undefined;
  if ((error.code === 429 || error.code === 503) && error.retryAfterMs !== undefined) {
    return Math.max(error.retryAfterMs, backoffMs(failed.attempt, failed.random));
  }
  return failed.method === 'GET' && isTransient(error) ? blindWaitMs(failed) : undefined;
}

function isTransient({ code }: ApiError): boolean {
  return code === 429 || code === 500 || (code >= 502 && code <= 504);
}

function blindWaitMs({ attempt, random }: FailedAttempt): number | undefined {
  return attempt >= MAX_BLIND_ATTEMPTS ? undefined : backoffMs(attempt, random);
}

/** Exponential back-off with jitter: between half and all of 150 ms, 450 ms, 1.35 s, … up to 10 s. */
export function backoffMs(attempt: number, random: number): number {
  return Math.min(FIRST_WAIT_MS * 3 ** (attempt - 1), LONGEST_WAIT_MS) * (0.5 + random / 2);
}

/** True for errors that `waitBeforeRetryMs` can judge. */
export function isJudgeable(error: unknown): error is ApiError | WireError {
  return error instanceof ApiError || error instanceof WireError;
}
