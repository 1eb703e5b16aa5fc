import type { FleetStatus, StatusRow } from '../../status/decide/rows.ts';
import type { StatusEvent, WorkloadName } from '../../status/events.ts';
import { NO_WISHES, type WishAction, type Wishes, wished } from '../terminal/journal.ts';

/** The state of the live view, except for the terminal's size. */
export interface StatusViewState extends Wishes {
  /** Undefined until the cluster has been read. */
  status: FleetStatus | undefined;
  /** Why the view may be stale; undefined while the watches are live. */
  lost: string | undefined;
  /** The chosen workload stays chosen wherever its row moves; undefined for the first row. */
  chosen: WorkloadName | undefined;
}

export type StatusViewAction =
  | { type: 'event'; event: StatusEvent }
  | WishAction
  | { type: 'move'; by: 1 | -1 };

export function initialState(chosen: WorkloadName | undefined): StatusViewState {
  return { ...NO_WISHES, status: undefined, lost: undefined, chosen };
}

export function reduce(state: StatusViewState, action: StatusViewAction): StatusViewState {
  if (action.type === 'move') return moved(state, action.by);
  if (action.type !== 'event') return wished(state, action);
  const { event } = action;
  switch (event.type) {
    case 'status':
      return { ...state, status: event.status };
    case 'lost':
      return { ...state, lost: event.reason };
    case 'restored':
      return { ...state, lost: undefined };
  }
}

/** The index of the chosen row; 0 if it is gone. */
export function chosenIndex({ status, chosen }: Pick<StatusViewState, 'status' | 'chosen'>): number {
  return Math.max(0, status?.items.findIndex((row) => chosen !== undefined && isSame(row, chosen)) ?? 0);
}

export function chosenRow(state: Pick<StatusViewState, 'status' | 'chosen'>): StatusRow | undefined {
  return state.status?.items[chosenIndex(state)];
}

function moved(state: StatusViewState, by: 1 | -1): StatusViewState {
  const items = state.status?.items ?? [];
  const row = items[Math.max(0, Math.min(items.length - 1, chosenIndex(state) + by))];
  return row ? { ...state, chosen: row } : state;
}

function isSame(a: WorkloadName, b: WorkloadName): boolean {
  return a.kind === b.kind && a.namespace === b.namespace && a.name === b.name;
}
