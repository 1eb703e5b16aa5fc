import { type Instant, longestBetweenMs } from '../clock.ts';
import { formatDuration, oneLine } from '../format.ts';
import type { GateState } from '../rollout/decide/types.ts';
import type { GateTimes } from './gate.ts';

/** What is known of a source: its last answer, and how the question after it failed. */
export interface GateRecord {
  source: string;
  names: readonly string[];
  /** When it was first asked. */
  since: Instant;
  answer: GateAnswer | undefined;
  /** Why the last question was not answered; undefined when it was, and before the first. */
  failure: string | undefined;
}

export interface GateAnswer {
  states: readonly GateState[];
  at: Instant;
  /** Whether what it rested on has changed since; never unless told. */
  isOutdated?: () => boolean;
}

/** Steps in which a reason counts seconds: reporters print a reason each time it changes. */
const SECONDS_STEP_MS = 15_000;
const MINUTE_MS = 60_000;

/** Whether the last answer is young enough for a disruption, and still rests on what is. */
export function isFresh(record: GateRecord, now: Instant, times: GateTimes): boolean {
  const { answer } = record;
  return (
    answer !== undefined && longestBetweenMs(answer.at, now) <= times.freshForMs && !answer.isOutdated?.()
  );
}

/**
 * The states that the record stands for now. An answer that is not fresh any more holds on while the next one is
 * under way and may still come in time; once that has failed, or should have, its gates are unknown.
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
  return `no answer from ${source}${howLong}${failure === undefined ? '' : `: ${oneLine(failure)}`}`;
}
