import type { ProbeNews, ProbeSample } from '../../../shared/drive/probe-news.ts';
import { EMPTY_LINE, type TimeLine, withMark, withSample } from '../../probe/decide/time-line.ts';

/** The probes' part of a view's state. */
export interface ProbeState {
  line: TimeLine;
  requests: number;
  failed: number;
  /** Undefined without probes. */
  latest: ProbeSample | undefined;
}

export const NOTHING_PROBED: ProbeState = { line: EMPTY_LINE, requests: 0, failed: 0, latest: undefined };

/** The events that change it; others are ignored. */
type SeenEvent = { atMs: number } & (
  | ProbeNews
  | { type: 'wave-begun'; wave: number }
  | { type: 'zone-begun'; zone: string | null }
  | { type: string }
);

/** Applies an event of a rollout or a drain. */
export function probeSeen(state: ProbeState, event: SeenEvent): ProbeState {
  const { atMs } = event;
  if (event.type === 'probes' && 'requests' in event) {
    return {
      line: withSample(state.line, event, atMs),
      requests: state.requests + event.requests,
      failed: state.failed + event.failed,
      latest: event,
    };
  }
  if (event.type === 'wave-begun' && 'wave' in event) return marked(state, atMs, String(event.wave));
  if (event.type === 'zone-begun' && 'zone' in event) return marked(state, atMs, event.zone ?? 'no zone');
  return state;
}

function marked(state: ProbeState, atMs: number, label: string): ProbeState {
  return { ...state, line: withMark(state.line, { atMs, label }) };
}
