import type { BudgetEvent } from '../../budget/events.ts';
import type { BudgetReport } from '../../budget/report.ts';

/** The state of the live view, except for the terminal's size. */
export interface BudgetViewState {
  /** Undefined until the cluster has been read. */
  reports: readonly BudgetReport[] | undefined;
  /** Why the view may be stale; undefined while the watches are live. */
  lost: string | undefined;
  quitting: boolean;
}

export type BudgetViewAction = { type: 'event'; event: BudgetEvent } | { type: 'quit' };

export const INITIAL_STATE: BudgetViewState = { reports: undefined, lost: undefined, quitting: false };

export function reduce(state: BudgetViewState, action: BudgetViewAction): BudgetViewState {
  if (action.type === 'quit') return { ...state, quitting: true };
  const { event } = action;
  switch (event.type) {
    case 'reports':
      return { ...state, reports: event.reports };
    case 'lost':
      return { ...state, lost: event.reason };
    case 'restored':
      return { ...state, lost: undefined };
  }
}
