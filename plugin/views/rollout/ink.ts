import type { Reporter } from '../../../shared/rollout/drive/events.ts';
import type { RolloutControls } from '../../rollout/reporter.ts';
import { outcomeLines } from '../narration/outcome.ts';
import type { KeyActions } from '../terminal/keys.ts';
import { liveReporter } from '../terminal/live.ts';
import type { ShellContext } from '../terminal/shell.tsx';
import { pressKey, refreshPanel } from './control/keys.ts';
import { layOutFrame } from './frame.ts';
import { INITIAL_STATE, reduce, type ViewAction, type ViewState } from './reducer.ts';
import { summaryLines } from './summary.ts';

export interface InkReporterOptions extends ShellContext {
  /** Called for each q and Ctrl-C. */
  onQuit: KeyActions['onQuit'];
  /** The actions of the other keys; none by default. */
  controls?: RolloutControls | undefined;
  /** The rollout runs in another process: quitting does not stop it. */
  looksOn?: boolean;
  /** Text before the workload's name. */
  title?: string;
}

/**
 * Draws a rollout in place and writes its summary below.
 *
 * @param options `stdout` must be a terminal: call `chooseView` first
 */
export function inkReporter(options: InkReporterOptions): Reporter {
  const { title, onQuit, controls, looksOn = false, ...context } = options;
  const steers = controls !== undefined;
  const live = liveReporter<Parameters<Reporter['report']>[0], ViewState, ViewAction>(
    {
      initial: INITIAL_STATE,
      reduce,
      layOut: (surface, state) => layOutFrame({ ...surface, state, heading: title, steers, looksOn }),
      closing,
      ticks: true,
      ...(controls && { onKey: (key: string) => pressKey(key, live, controls) }),
    },
    context,
    onQuit,
  );
  return {
    report(event) {
      live.report(event);
      if (controls && event.type === 'snapshot') refreshPanel(live, controls);
    },
    close: () => live.close(),
  };
}

function closing({ finished }: ViewState): string[] {
  return finished ? ['', ...outcomeLines(finished), '', ...summaryLines(finished.summary)] : [];
}
