import { drained } from '../stream.ts';
import type { WishAction } from './journal.ts';
import type { KeyActions } from './keys.ts';
import type { Line } from './line.ts';
import { openShell, type ShellContext, type Surface } from './shell.tsx';

/** What is drawn: a state that events and keys change, and how it looks. */
export interface LiveView<E, S> {
  initial: S;
  reduce(state: S, action: LiveAction<E>): S;
  /** At most `rows - 1` lines of at most `columns - 1` columns. */
  layOut(surface: Surface, state: S): readonly Line[];
  /** Lines to write below the last picture. */
  closing(state: S): readonly string[];
  /** Whether the picture changes with time alone. */
  ticks: boolean;
}

/** `receivedAtMs` is by our own clock: an event's time may be another one's. */
export type LiveAction<E> = { type: 'event'; event: E; receivedAtMs: number } | WishAction;

export interface LiveReporter<E> {
  report(event: E): void;
  close(): Promise<void>;
}

/**
 * Draws events in place, below what the terminal shows already. `close` leaves the last picture there, gives the
 * terminal back and writes the closing lines below.
 *
 * @param context `stdout` must be a terminal: decide with `chooseView` first
 * @param onQuit called for each q and Ctrl-C
 */
export function liveReporter<E, S>(
  view: LiveView<E, S>,
  context: ShellContext,
  onQuit: KeyActions['onQuit'],
): LiveReporter<E> {
  const { stdout, clock } = context;
  let state = view.initial;
  const dispatch = (action: LiveAction<E>) => {
    state = view.reduce(state, action);
    shell.changed();
  };
  const shell = openShell({
    ...context,
    layOut: (surface) => view.layOut(surface, state),
    actions: {
      onQuit: (outcome) => {
        dispatch({ type: 'quit' });
        onQuit(outcome);
      },
      onHelp: () => dispatch({ type: 'toggle-help' }),
    },
    ticks: view.ticks,
  });
  return {
    report: (event) => dispatch({ type: 'event', event, receivedAtMs: clock.nowMs() }),
    async close() {
      await shell.close();
      const lines = view.closing(state);
      if (lines.length > 0) stdout.write(`${lines.join('\n')}\n`);
      await drained(stdout);
    },
  };
}
