import { ApiError } from './kube.ts';
import { WireError } from './wire.ts';

/** A failed attempt, and the remaining budget for retries. */
export interface FailedAttempt {
  error: ApiError | WireError;
  method: string;
  retry: 'safe' | 'never';
  /** 1 for the first attempt. */
  attempt: number;
  /** Time until the request's own deadline. */
  remainingMs: number;
  /** A number in [0, 1), for jitter. */
  random: number;
}

/**
 * Attempts after a broken connection or a 5xx response. With their waits they take about 2 s, so a command
 * still fails promptly if the server is down; only the watch cache survives an outage.
 */
const MAX_BLIND_ATTEMPTS = 4;
const FIRST_WAIT_MS = 150;
const LONGEST_WAIT_MS = 10_000;

/**
 * Milliseconds to wait before the next attempt, or `undefined` to return the failure to the caller.
 *
 * - Retry-After (429, 503) is honoured for every method, because the server did not process the request.
 * - 500, 502, 503 and 504 without it are retried for GET only: a write may have been processed.
 * - A broken connection is retried for GET, and for a write only if it was certainly not sent.
 * - `never` returns every response to the caller; a request that was not sent may still be retried.
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

/** Exponential backoff with jitter: between half and all of 150 ms, 450 ms, 1.35 s, … up to 10 s. */
export function backoffMs(attempt: number, random: number): number {
  return Math.min(FIRST_WAIT_MS * 3 ** (attempt - 1), LONGEST_WAIT_MS) * (0.5 + random / 2);
}

/** Whether `waitBeforeRetryMs` can decide about the error. */
export function isJudgeable(error: unknown): error is ApiError | WireError {
  return error instanceof ApiError || error instanceof WireError;
}
