import type { DrainReporter, Leftover } from '../../drain/events.ts';
import { outcomeLines } from '../narration/outcome.ts';
import type { KeyActions } from '../terminal/keys.ts';
import { liveReporter } from '../terminal/live.ts';
import type { ShellContext } from '../terminal/shell.tsx';
import { layOutDrain } from './frame.ts';
import { INITIAL_STATE, reduce } from './reducer.ts';
import { closingLines } from './summary.ts';

export interface DrainInkOptions extends ShellContext {
  /** Called for each q and Ctrl-C. */
  onQuit: KeyActions['onQuit'];
  leftover: Leftover | undefined;
}

/**
 * Draws a drain in place and writes its summary below.
 *
 * @param options `stdout` must be a terminal: call `chooseView` first
 */
export function drainInk({ onQuit, leftover, ...context }: DrainInkOptions): DrainReporter {
  return liveReporter(
    {
      initial: INITIAL_STATE,
      reduce,
      layOut: (surface, state) => layOutDrain({ ...surface, state }),
      closing: ({ finished }) =>
        finished ? ['', ...outcomeLines(finished), '', ...closingLines(finished, leftover)] : [],
      ticks: true,
    },
    context,
    onQuit,
  );
}
