import { formatDuration, oneLine } from '../format.ts';
import type { GateState } from '../rollout/decide/types.ts';
import type { GateTimes } from './gate.ts';

/** What is known of a source: its last answer, and how the question after it failed. */
export interface GateRecord {
  source: string;
  names: readonly string[];
  /** When it was first asked, ms since the epoch. */
  sinceMs: number;
  answer: GateAnswer | undefined;
  /** Why the last question was not answered; undefined when it was, and before the first. */
  failure: string | undefined;
}

export interface GateAnswer {
  states: readonly GateState[];
  /** Ms since the epoch. */
  atMs: number;
  /** Whether what it rested on has changed since; never unless told. */
  isOutdated?: () => boolean;
}

/** Steps in which a reason counts seconds: reporters print a reason each time it changes. */
const SECONDS_STEP_MS = 15_000;
const MINUTE_MS = 60_000;

/** Whether the last answer is young enough for a disruption, and still rests on what is. */
export function isFresh(record: GateRecord, nowMs: number, times: GateTimes): boolean {
  const { answer } = record;
  return answer !== undefined && nowMs - answer.atMs <= times.freshForMs && !answer.isOutdated?.();
}

/**
 * The states that the record stands for now. An answer that is not fresh any more holds on while the next one is
 * under way and may still come in time; once that has failed, or should have, its gates are unknown.
 */
export function statesAt(record: GateRecord, nowMs: number, times: GateTimes): readonly GateState[] {
  const { answer, failure } = record;
  if (answer !== undefined) {
    if (isFresh(record, nowMs, times)) return answer.states;
    const inTime = nowMs - answer.atMs <= times.freshForMs + times.timeoutMs;
    if (failure === undefined && inTime) return answer.states;
  }
  const reason = silence(record, nowMs);
  return record.names.map((name) => ({ name, state: 'unknown', reason }));
}

function silence({ source, sinceMs, answer, failure }: GateRecord, nowMs: number): string {
  const silentMs = nowMs - (answer?.atMs ?? sinceMs);
  const stepMs = silentMs < MINUTE_MS ? SECONDS_STEP_MS : MINUTE_MS;
  const shownMs = Math.floor(silentMs / stepMs) * stepMs;
  const howLong = shownMs > 0 ? ` for ${formatDuration(shownMs)}` : '';
  return `no answer from ${source}${howLong}${failure === undefined ? '' : `: ${oneLine(failure)}`}`;
}
