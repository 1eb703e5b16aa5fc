import { formatDuration, oneLine } from '../../../shared/format.ts';
import type { LogLine, Narrated } from './log-line.ts';
import { type FinishedFields, outcomeLines } from './outcome.ts';
import type { Tone } from './tone.ts';

/** The part of every narration's memory about reasons for waiting. */
export interface Pauses {
  /** What the last line waited for, if it was about waiting. */
  waitingFor: string | undefined;
}

/** The events that rollouts and drains share. */
export type CommonEvent = { atMs: number } & (
  | { type: 'notice'; message: string }
  | { type: 'blocked'; by: string; reason: string; fix: string; pods: readonly string[] }
  | { type: 'connection-lost'; reason: string }
  | { type: 'connection-restored'; afterMs: number }
  | ({ type: 'finished' } & FinishedFields)
);

/**
 * Reports an event whose text does not depend on the operation; a reason for being blocked only when it has changed.
 */
export function narrateCommon<M extends Pauses>(memory: M, event: CommonEvent): Narrated<M> {
  const say = (text: string, tone: Tone = 'normal'): Narrated<M> => [
    memory,
    [{ atMs: event.atMs, text, tone }],
  ];
  switch (event.type) {
    case 'notice':
      return say(`note: ${oneLine(event.message)}`);
    case 'blocked':
      return pause(memory, `${event.by} ${event.pods.join()}`, {
        atMs: event.atMs,
        text: `blocked: ${oneLine(event.reason)}; ${oneLine(event.fix)}`,
        tone: 'bad',
      });
    case 'connection-lost':
      return say(`connection lost: ${oneLine(event.reason)}`, 'warn');
    case 'connection-restored':
      return say(`connection restored after ${formatDuration(event.afterMs)}`);
    case 'finished': {
      const tone = event.outcome === 'done' ? 'good' : event.outcome === 'failed' ? 'bad' : 'warn';
      return [memory, outcomeLines(event).map((text) => ({ atMs: event.atMs, text, tone }))];
    }
  }
}

/** Reports why it waits, unless that was the last line. */
export function pause<M extends Pauses>(memory: M, subject: string, line: LogLine): Narrated<M> {
  return memory.waitingFor === subject ? [memory, []] : [{ ...memory, waitingFor: subject }, [line]];
}

/** A reason to wait as a separate line, with what would help if waiting alone may not. */
export function waitingLine({
  atMs,
  reason,
  fix,
}: {
  atMs: number;
  reason: string;
  fix?: string | undefined;
}): LogLine {
  const text = [reason, ...(fix === undefined ? [] : [fix])].map(oneLine).join('; ');
  return { atMs, text: /^(wait|paused)/.test(text) ? text : `waiting: ${text}`, tone: 'normal' };
}

/** Measured values change with every observation, the reason does not. */
export function withoutNumbers(reason: string): string {
  return reason.replace(/\d[\d.,]*/g, '#');
}
