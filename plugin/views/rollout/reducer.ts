import type { RolloutSnapshot } from '../../../shared/rollout/snapshot.ts';
import type { RolloutEvent, WorkloadName } from '../../rollout/events.ts';
import { type Narration, NOTHING_TOLD, type Sentence } from '../narration/memory.ts';
import { narrate } from '../narration/narrate.ts';
import type { FinishedEvent } from '../summary.ts';

/** All that the view draws from, beside the time and the terminal's size. */
export interface ViewState {
  /** Known from the first event on, before there is a snapshot. */
  workload: WorkloadName | undefined;
  /** The last snapshot, and when it came by our clock: its own times are the API server's. */
  latest: { snapshot: RolloutSnapshot; receivedAtMs: number } | undefined;
  /** What is being replaced; kept at the end, when no pod is old any more. */
  origin: Pick<RolloutSnapshot, 'oldRevisions' | 'imageChanges'>;
  narration: Narration;
  /** The last sentences, oldest first. */
  log: readonly Sentence[];
  firstEventAtMs: number | undefined;
  /** The operator has asked to leave. */
  quitting: boolean;
  help: boolean;
  finished: FinishedEvent | undefined;
}

export type ViewAction =
  | { type: 'event'; event: RolloutEvent; receivedAtMs: number }
  | { type: 'quit' }
  | { type: 'toggle-help' };

export const INITIAL_STATE: ViewState = {
  workload: undefined,
  latest: undefined,
  origin: { oldRevisions: [], imageChanges: [] },
  // Revisions and images stand in the heading.
  narration: { ...NOTHING_TOLD, introduced: true },
  log: [],
  firstEventAtMs: undefined,
  quitting: false,
  help: false,
  finished: undefined,
};

/** More than any terminal shows below the zones. */
const LOG_LENGTH = 20;

export function reduce(state: ViewState, action: ViewAction): ViewState {
  switch (action.type) {
    case 'event':
      return withEvent(state, action.event, action.receivedAtMs);
    case 'quit':
      return { ...state, quitting: true };
    case 'toggle-help':
      return { ...state, help: !state.help };
  }
}

function withEvent(state: ViewState, event: RolloutEvent, receivedAtMs: number): ViewState {
  const [narration, sentences] = narrate(state.narration, event);
  const news = isDrawnElsewhere(event) ? [] : sentences;
  const told: ViewState = {
    ...state,
    narration,
    log: news.length === 0 ? state.log : [...state.log, ...news].slice(-LOG_LENGTH),
    firstEventAtMs: state.firstEventAtMs ?? event.atMs,
  };
  switch (event.type) {
    case 'started':
      return { ...told, workload: event.workload };
    case 'finished':
      return { ...told, finished: event };
    case 'snapshot': {
      const { snapshot } = event;
      const origin = snapshot.oldRevisions.length > 0 ? snapshot : state.origin;
      return { ...told, workload: snapshot.workload, latest: { snapshot, receivedAtMs }, origin };
    }
    default:
      return told;
  }
}

/** The heading says what has started, and how it ended is written below the last frame. */
function isDrawnElsewhere(event: RolloutEvent): boolean {
  return event.type === 'finished' || (event.type === 'started' && !event.resumed);
}
