import type { Reporter } from '../../rollout/events.ts';
import { outcomeLines } from '../outcome.ts';
import type { KeyActions } from '../terminal/keys.ts';
import { liveReporter } from '../terminal/live.ts';
import type { ShellContext } from '../terminal/shell.tsx';
import { layOutFrame } from './frame.ts';
import { INITIAL_STATE, reduce, type ViewState } from './reducer.ts';
import { summaryLines } from './summary.ts';

export interface InkReporterOptions extends ShellContext {
  /** Called for each q and Ctrl-C. */
  onQuit: KeyActions['onQuit'];
  /** Stands before the workload's name. */
  title?: string;
}

/**
 * Draws a rollout in place and writes its summary below.
 *
 * @param options `stdout` must be a terminal: decide with `chooseView` first
 */
export function inkReporter({ title, onQuit, ...context }: InkReporterOptions): Reporter {
  return liveReporter(
    {
      initial: INITIAL_STATE,
      reduce,
      layOut: (surface, state) => layOutFrame({ ...surface, state, heading: title }),
      closing,
      ticks: true,
    },
    context,
    onQuit,
  );
}

function closing({ finished }: ViewState): string[] {
  return finished ? ['', ...outcomeLines(finished), '', ...summaryLines(finished.summary)] : [];
}
