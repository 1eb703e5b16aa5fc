import type { FlushEvent } from '../../demo/flush/events.ts';
import { EMPTY_RECORD, type FlushRecord, recorded } from '../../demo/flush/record.ts';

export type FlushStarted = Extract<FlushEvent, { type: 'started' }>;
export type FlushFinished = Extract<FlushEvent, { type: 'finished' }>;

/** The state of the view. */
export interface FlushState {
  started: FlushStarted | undefined;
  record: FlushRecord;
  /** The last lines printed by our command, oldest first. */
  said: readonly string[];
  finished: FlushFinished | undefined;
}

export const INITIAL_STATE: FlushState = {
  started: undefined,
  record: EMPTY_RECORD,
  said: [],
  finished: undefined,
};

/** More than any terminal shows below the charts. */
const LINES_KEPT = 20;

export function reduceFlush(state: FlushState, event: FlushEvent): FlushState {
  switch (event.type) {
    case 'started':
      return { ...state, started: event };
    case 'said':
      return { ...state, said: [...state.said, event.line].slice(-LINES_KEPT) };
    case 'load':
    case 'settled':
      return { ...state, record: recorded(state.record, event) };
    case 'finished':
      return { ...state, finished: event };
  }
}
