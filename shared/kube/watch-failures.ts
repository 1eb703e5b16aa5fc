/** What the failure of a list or watch means: whether it is permanent, and when to try again. */
import { ApiError, ConnectionError } from './kube.ts';
import { WireError } from './wire.ts';

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 10_000;
/** For errors that need manual action, such as a missing permission. */
const LONGEST_REFUSED_WAIT_MS = 60_000;
/** Limit for Retry-After: one response must not suspend a watch for an hour. */
const LONGEST_RETRY_AFTER_MS = 30_000;
/** After this many consecutive failures the resource version itself may be the cause. */
const RELIST_AFTER_FAILURES = 3;

/**
 * Whether the next watch may resume from the last version. A broken connection is not about the version, and
 * 429 is about load; any other error may be, as after a restore of the server's data.
 */
export function mayResume(error: Error | undefined, failures: number): boolean {
  if (error instanceof ApiError) return error.code === 429;
  return error instanceof WireError || failures + 1 < RELIST_AFTER_FAILURES;
}

/** Errors that waiting cannot fix, judged by a first attempt. */
export function isFinal(error: Error): boolean {
  if (error instanceof WireError) return error.final;
  if (error instanceof ConnectionError) return false;
  if (!(error instanceof ApiError)) return true;
  return error.code >= 400 && error.code < 500 && ![408, 409, 410, 429].includes(error.code);
}

/** Exponential from 500 ms with jitter (half to all of it), and at least Retry-After within its limit. */
export function waitMs(error: Error, failures: number, random: number): number {
  const refused = error instanceof ApiError && isFinal(error);
  const longestMs = refused ? LONGEST_REFUSED_WAIT_MS : LONGEST_WAIT_MS;
  const backoffMs = Math.min(FIRST_WAIT_MS * 2 ** failures, longestMs) * (0.5 + random / 2);
  return Math.max(backoffMs, Math.min(retryAfterMs(error), LONGEST_RETRY_AFTER_MS));
}

function retryAfterMs(error: Error): number {
  return error instanceof ApiError ? (error.retryAfterMs ?? 0) : 0;
}

export function describe(path: string, error: Error, retryInMs: number): string {
  const resource = path.split('/').at(-1);
  const told = `the watch of ${resource}: ${error.message}`;
  const askedMs = retryAfterMs(error);
  if (askedMs === 0) return told;
  const seconds = (ms: number) => `${Math.ceil(ms / 1000)} s`;
  return `${told} (the API server asks to wait ${seconds(askedMs)}; retrying in ${seconds(retryInMs)})`;
}
