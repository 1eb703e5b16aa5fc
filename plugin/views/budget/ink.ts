import type { BudgetReporter } from '../../budget/events.ts';
import type { TableOptions } from '../../budget/table.ts';
import type { KeyActions } from '../terminal/keys.ts';
import { liveReporter } from '../terminal/live.ts';
import type { ShellContext } from '../terminal/shell.tsx';
import { layOutBudgets } from './frame.ts';
import { INITIAL_STATE, reduce } from './reducer.ts';

export interface BudgetInkOptions extends ShellContext {
  title: string;
  table: TableOptions;
  onQuit: KeyActions['onQuit'];
}

/**
 * Draws budgets in place and leaves the last frame on the screen.
 *
 * @param options `stdout` must be a terminal: call `chooseView` first
 */
export function budgetInk({ title, table, onQuit, ...context }: BudgetInkOptions): BudgetReporter {
  return liveReporter(
    {
      initial: INITIAL_STATE,
      reduce: (state, action) => (action.type === 'toggle-help' ? state : reduce(state, action)),
      layOut: (surface, state) => layOutBudgets({ ...surface, state, title, namespaces: table.namespaces }),
      closing: () => [],
      ticks: false,
    },
    context,
    onQuit,
  );
}
