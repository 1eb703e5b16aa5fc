import type { RolloutSnapshot } from '../../../shared/rollout/decide/snapshot.ts';
import type { WorkloadName } from '../../../shared/rollout/decide/workload-id.ts';
import type { RolloutEvent } from '../../../shared/rollout/drive/events.ts';
import type { LogLine } from '../narration/log-line.ts';
import { NOTHING_PROBED, type ProbeState, probeSeen } from '../probe/state.ts';
import { emptyJournal, type Journal, NO_WISHES, type Wishes, wished, written } from '../terminal/journal.ts';
import type { LiveAction } from '../terminal/live.ts';
import type { Received } from '../terminal/status.ts';
import {
  type ControlAction,
  type ControlState,
  NO_CONTROL,
  orderNews,
  reduceControl,
} from './control/state.ts';
import { type Narration, NO_MEMORY } from './narration/memory.ts';
import { narrate } from './narration/narrate.ts';

/** The state of the view, except for the time and the terminal's size. */
export interface ViewState extends Journal<Narration>, Wishes {
  control: ControlState;
  probe: ProbeState;
  /** Known from the first event, before there is a snapshot. */
  workload: WorkloadName | undefined;
  latest: Received<RolloutSnapshot> | undefined;
  /** What is being replaced; kept at the end, when there are no old pods. */
  origin: Pick<RolloutSnapshot, 'oldRevisions' | 'imageChanges'>;
  finished: Extract<RolloutEvent, { type: 'finished' }> | undefined;
}

export type ViewAction = LiveAction<RolloutEvent> | ControlAction;

export const INITIAL_STATE: ViewState = {
  // The heading shows revisions and images.
  ...emptyJournal({ ...NO_MEMORY, introduced: true }),
  ...NO_WISHES,
  control: NO_CONTROL,
  probe: NOTHING_PROBED,
  workload: undefined,
  latest: undefined,
  origin: { oldRevisions: [], imageChanges: [] },
  finished: undefined,
};

export function reduce(state: ViewState, action: ViewAction): ViewState {
  switch (action.type) {
    case 'event':
      return withEvent(state, action.event, action.receivedAtMs);
    case 'quit':
    case 'toggle-help':
      return wished(state, action);
    default:
      return { ...state, control: reduceControl(state.control, action) };
  }
}

function withEvent(state: ViewState, event: RolloutEvent, receivedAtMs: number): ViewState {
  const place = { atMs: event.atMs, drawnElsewhere: isDrawnElsewhere(event) };
  const [narration, lines] = narrate(state.narration, event);
  const news = [...ordersIn(state, event), ...lines];
  const probe = probeSeen(state.probe, event);
  const next = { ...state, ...written(state, [narration, news], place), probe };
  switch (event.type) {
    case 'started':
      return { ...next, workload: event.workload };
    case 'finished':
      return { ...next, finished: event };
    case 'snapshot': {
      const { snapshot } = event;
      const origin = snapshot.oldRevisions.length > 0 ? snapshot : state.origin;
      return { ...next, workload: snapshot.workload, latest: { snapshot, receivedAtMs }, origin };
    }
    default:
      return next;
  }
}

/** The plain output reports orders only by their effects; here they have separate lines. */
function ordersIn({ latest }: ViewState, event: RolloutEvent): LogLine[] {
  return latest && event.type === 'snapshot' ? orderNews(latest.snapshot, event.snapshot, event.atMs) : [];
}

/** The heading shows what has started, and the outcome is written below the last frame. */
function isDrawnElsewhere(event: RolloutEvent): boolean {
  return event.type === 'finished' || (event.type === 'started' && !event.resumed);
}
