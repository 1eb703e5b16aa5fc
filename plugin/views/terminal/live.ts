import { writeLines } from '../../cli/output.ts';
import { drained } from '../narration/stream.ts';
import type { WishAction } from './journal.ts';
import type { KeyActions } from './keys.ts';
import type { Line } from './line.ts';
import { openShell, type ShellContext, type Surface } from './shell.tsx';

/** A view: its state, changed by events and keys, and its layout. */
export interface LiveView<E, S, A = never> {
  initial: S;
  reduce(state: S, action: LiveAction<E> | A): S;
  /** At most `rows - 1` lines of at most `columns - 1` columns. */
  layOut(surface: Surface, state: S): readonly Line[];
  /** Lines to write below the last frame. */
  closing(state: S): readonly string[];
  /** Whether the view changes with time alone. */
  ticks: boolean;
  /** Called with each key except q, Ctrl-C and ?, by its character or name; see `keyNames`. */
  onKey?: KeyActions['onKey'];
}

/** `receivedAtMs` is on our own clock: an event's time may be on another one. */
export type LiveAction<E> = { type: 'event'; event: E; receivedAtMs: number } | WishAction;

export interface LiveReporter<E, S = unknown, A = never> {
  readonly state: S;
  report(event: E): void;
  /** Changes the state by an event or a key. */
  dispatch(action: LiveAction<E> | A): void;
  close(): Promise<void>;
}

/**
 * Draws events in place, below the existing terminal output. `close` leaves the last frame on the screen, restores the
 * terminal and writes the closing lines below.
 *
 * @param context `stdout` must be a terminal: call `chooseView` first
 * @param onQuit called for each q and Ctrl-C
 */
export function liveReporter<E, S, A = never>(
  view: LiveView<E, S, A>,
  context: ShellContext,
  onQuit: KeyActions['onQuit'],
): LiveReporter<E, S, A> {
  const { stdout, clock } = context;
  let state = view.initial;
  let closed = false;
  const dispatch = (action: LiveAction<E> | A) => {
    // The action of a key may complete after the end.
    if (closed) return;
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
      ...(view.onKey && { onKey: view.onKey }),
    },
    ticks: view.ticks,
  });
  return {
    get state() {
      return state;
    },
    dispatch,
    report: (event) => dispatch({ type: 'event', event, receivedAtMs: clock.nowMs() }),
    async close() {
      closed = true;
      await shell.close();
      const lines = view.closing(state);
      if (lines.length > 0) writeLines(stdout, lines);
      await drained(stdout);
    },
  };
}
