import { type Instant, longestBetweenMs } from '../clock.ts';
import { formatDuration, oneLine } from '../format.ts';
import type { GateState } from '../rollout/decide/types.ts';
import type { GateTimes } from './gate.ts';

/** The state of a source: its last response, and how the request after it failed. */
export interface GateRecord {
  source: string;
  names: readonly string[];
  /** When it was first queried. */
  since: Instant;
  answer: GateAnswer | undefined;
  /** Why the last request failed; undefined if it succeeded, and before the first. */
  failure: string | undefined;
}

export interface GateAnswer {
  states: readonly GateState[];
  at: Instant;
  /** Whether what it depends on has changed since; false by default. */
  isOutdated?: () => boolean;
}

/** Granularity of seconds in a reason: reporters print a reason each time it changes. */
const SECONDS_STEP_MS = 15_000;
const MINUTE_MS = 60_000;
/** Shown after a minute, when a source that restarts would have answered. */
const HELP = 'to continue without it, stop the rollout and run its command without this gate';

/** Whether the last response is recent enough for a disruption, and what it depends on is unchanged. */
export function isFresh(record: GateRecord, now: Instant, times: GateTimes): boolean {
  const { answer } = record;
  return (
    answer !== undefined && longestBetweenMs(answer.at, now) <= times.freshForMs && !answer.isOutdated?.()
  );
}

/**
 * The record's current states. A response that is no longer fresh remains in effect while the next request
 * may still succeed in time; once that has failed, or should have completed, its gates are unknown.
 */
export function statesAt(record: GateRecord, now: Instant, times: GateTimes): readonly GateState[] {
  const { answer, failure } = record;
  if (answer !== undefined) {
    if (isFresh(record, now, times)) return answer.states;
    const inTime = longestBetweenMs(answer.at, now) <= times.freshForMs + times.timeoutMs;
    if (failure === undefined && inTime) return answer.states;
  }
  const reason = silence(record, now);
  return record.names.map((name) => ({ name, state: 'unknown', reason }));
}

function silence({ source, since, answer, failure }: GateRecord, now: Instant): string {
  const silentMs = longestBetweenMs(answer?.at ?? since, now);
  const stepMs = silentMs < MINUTE_MS ? SECONDS_STEP_MS : MINUTE_MS;
  const shownMs = Math.floor(silentMs / stepMs) * stepMs;
  const howLong = shownMs > 0 ? ` for ${formatDuration(shownMs)}` : '';
  const why = failure === undefined ? '' : `: ${oneLine(failure)}`;
  const help = silentMs < MINUTE_MS ? '' : `; ${HELP}`;
  return `no answer from ${source}${howLong}${why}${help}`;
}
