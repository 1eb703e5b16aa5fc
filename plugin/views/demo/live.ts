import type { FlushReporter } from '../../demo/flush/events.ts';
import { NO_WISHES, wished } from '../terminal/journal.ts';
import { liveReporter } from '../terminal/live.ts';
import type { ShellContext } from '../terminal/shell.tsx';
import { figureLines } from './figures.ts';
import { layOutFlush } from './frame.ts';
import { INITIAL_STATE, reduceFlush } from './state.ts';

/**
 * Draws both sides in place while they run, and leaves the last frame on the screen, with the figures below.
 *
 * @param context its clock returns the sandbox's time but schedules redraws in real time; `stdout` must be a terminal
 * @param onQuit called for q and Ctrl-C
 */
export function flushLive(context: ShellContext, onQuit: () => void): FlushReporter {
  return liveReporter(
    {
      initial: { ...INITIAL_STATE, ...NO_WISHES },
      reduce: (state, action) =>
        action.type === 'event' ? { ...state, ...reduceFlush(state, action.event) } : wished(state, action),
      layOut: (surface, state) => layOutFlush({ ...surface, state }),
      closing: ({ started, finished }) =>
        started && finished ? ['', ...figureLines(finished, started.demand.capacity)] : [],
      ticks: true,
    },
    context,
    onQuit,
  );
}
