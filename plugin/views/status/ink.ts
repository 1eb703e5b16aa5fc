import type { StatusEvent, StatusReporter, StatusReporterOptions } from '../../status/events.ts';
import { liveReporter } from '../terminal/live.ts';
import type { ShellContext } from '../terminal/shell.tsx';
import { layOutStatus } from './frame.ts';
import { chosenRow, initialState, reduce, type StatusViewAction, type StatusViewState } from './reducer.ts';

const MOVES: Readonly<Record<string, 1 | -1>> = { j: 1, down: 1, k: -1, up: -1 };

/**
 * Draws the workloads in place and leaves the last frame on the screen.
 *
 * @param options `stdout` must be a terminal: call `chooseView` first
 */
export function statusInk({
  title,
  table,
  chosen,
  onQuit,
  onOpen,
  ...context
}: ShellContext & Omit<StatusReporterOptions, 'output'>): StatusReporter {
  const live = liveReporter<StatusEvent, StatusViewState, StatusViewAction>(
    {
      initial: initialState(chosen),
      reduce,
      layOut: (surface, state) => layOutStatus({ ...surface, state, title, namespaces: table.namespaces }),
      closing: () => [],
      ticks: false,
      onKey(key) {
        const by = Object.hasOwn(MOVES, key) ? MOVES[key] : undefined;
        if (by) return live.dispatch({ type: 'move', by });
        const row = chosenRow(live.state);
        if (!row) return;
        const hasBudget = row.budgets.length > 0;
        if (key === 'b' && hasBudget) onOpen(row, 'budget');
        if (key === 'enter') onOpen(row, row.rollout === null && hasBudget ? 'budget' : 'rollout');
      },
    },
    context,
    onQuit,
  );
  return live;
}
