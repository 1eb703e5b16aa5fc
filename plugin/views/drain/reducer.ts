import type { DrainSnapshot } from '../../drain/decide/snapshot.ts';
import type { DrainEvent, DrainFinished } from '../../drain/events.ts';
import { NOTHING_PROBED, type ProbeState, probeSeen } from '../probe/state.ts';
import { emptyJournal, type Journal, NO_WISHES, type Wishes, wished, written } from '../terminal/journal.ts';
import type { LiveAction } from '../terminal/live.ts';
import type { Received } from '../terminal/status.ts';
import { type DrainNarration, NO_MEMORY } from './narration/memory.ts';
import { narrateDrain } from './narration/narrate.ts';

/** The state of the view of a drain, except for the time and the terminal's size. */
export interface DrainViewState extends Journal<DrainNarration>, Wishes {
  latest: Received<DrainSnapshot> | undefined;
  probe: ProbeState;
  finished: DrainFinished | undefined;
}

export type DrainViewAction = LiveAction<DrainEvent>;

export const INITIAL_STATE: DrainViewState = {
  ...emptyJournal(NO_MEMORY),
  ...NO_WISHES,
  latest: undefined,
  probe: NOTHING_PROBED,
  finished: undefined,
};

export function reduce(state: DrainViewState, action: DrainViewAction): DrainViewState {
  if (action.type !== 'event') return wished(state, action);
  const { event, receivedAtMs } = action;
  // The outcome is written below the last frame.
  const place = { atMs: event.atMs, drawnElsewhere: event.type === 'finished' };
  const probe = probeSeen(state.probe, event);
  const next = { ...state, ...written(state, narrateDrain(state.narration, event), place), probe };
  switch (event.type) {
    case 'snapshot':
      return { ...next, latest: { snapshot: event.snapshot, receivedAtMs } };
    case 'finished':
      return { ...next, finished: event };
    default:
      return next;
  }
}
