import { type Instance, render } from 'ink';
import type { Clock } from '../../../shared/clock.ts';
import type { Context } from '../../context.ts';
import type { Reporter, RolloutEvent } from '../../rollout/events.ts';
import { drained } from '../stream.ts';
import { outcomeLines, summaryLines } from '../summary.ts';
import { type FrameInput, layOutFrame } from './frame.ts';
import type { KeyActions } from './keys.ts';
import type { Size } from './line.ts';
import { INITIAL_STATE, reduce, type ViewAction } from './reducer.ts';
import { FrameTerminal, reflows, watchSize } from './terminal.ts';
import { themeFor } from './theme.ts';
import { RolloutView } from './view.tsx';

export interface InkReporterOptions extends Pick<Context, 'stdout' | 'stderr' | 'stdin' | 'env'> {
  clock: Clock;
  /** Called for each q and Ctrl-C. Raw mode swallows the SIGINT that Ctrl-C would otherwise send. */
  onQuit: KeyActions['onQuit'];
  /** Stands before the workload's name. */
  title?: string;
}

const REDRAW_MS = 100;
const SECOND_MS = 1000;

/**
 * Draws a rollout in place, below what the terminal shows already. `close` leaves the last picture there, gives the
 * terminal back and writes the summary below.
 *
 * @param options `stdout` must be a terminal: decide with `chooseView` first
 */
export function inkReporter(options: InkReporterOptions): Reporter {
  return new InkReporter(options);
}

class InkReporter implements Reporter {
  readonly #options: InkReporterOptions;
  readonly #terminal: FrameTerminal;
  readonly #instance: Instance;
  readonly #unwatch: () => void;
  readonly #reflows: boolean;
  #drawn: FrameInput;
  #state = INITIAL_STATE;
  #resizing = false;
  #cancelRedraw: (() => void) | undefined;
  #cancelTick: (() => void) | undefined;

  constructor(options: InkReporterOptions) {
    const { stdout, stdin, stderr, clock, env } = options;
    this.#options = options;
    this.#reflows = reflows(env);
    this.#terminal = new FrameTerminal(stdout);
    this.#drawn = {
      state: this.#state,
      size: { columns: this.#terminal.columns, rows: this.#terminal.rows },
      theme: themeFor(env),
      nowMs: clock.nowMs(),
      keys: stdin.isTTY === true && stdin.setRawMode !== undefined,
      heading: options.title,
    };
    this.#instance = render(this.#element(), {
      stdout: this.#terminal,
      stdin,
      stderr,
      exitOnCtrlC: false,
      interactive: true,
      incrementalRendering: true,
      // Redraws are paced here, where they can be held back while the size changes.
      maxFps: SECOND_MS,
    });
    this.#unwatch = watchSize(stdout, clock, {
      begun: () => {
        this.#resizing = true;
      },
      settled: (size) => this.#resized(size),
    });
    this.#tick();
  }

  report(event: RolloutEvent): void {
    this.#dispatch({ type: 'event', event, receivedAtMs: this.#options.clock.nowMs() });
  }

  async close(): Promise<void> {
    const { stdout } = this.#options;
    this.#cancelTick?.();
    this.#cancelRedraw?.();
    this.#unwatch();
    this.#draw();
    this.#instance.unmount();
    await this.#instance.waitUntilExit();
    const { finished } = this.#state;
    if (finished)
      stdout.write(['', ...outcomeLines(finished), '', ...summaryLines(finished.summary), ''].join('\n'));
    await drained(stdout);
  }

  #dispatch(action: ViewAction): void {
    this.#state = reduce(this.#state, action);
    this.#cancelRedraw ??= this.#options.clock.schedule(REDRAW_MS, () => {
      this.#cancelRedraw = undefined;
      this.#draw();
    });
  }

  /** The times go on also when nothing happens. */
  #tick(): void {
    this.#cancelTick = this.#options.clock.schedule(SECOND_MS, () => {
      this.#draw();
      this.#tick();
    });
  }

  #draw(size: Size = this.#drawn.size): void {
    if (this.#resizing) return;
    this.#drawn = { ...this.#drawn, state: this.#state, size, nowMs: this.#options.clock.nowMs() };
    this.#instance.rerender(this.#element());
  }

  #resized(size: Size): void {
    if (this.#reflows) this.#terminal.eraseWrapped(layOutFrame(this.#drawn), size.columns);
    this.#instance.clear();
    this.#terminal.adopt(size);
    this.#resizing = false;
    this.#draw(size);
  }

  #element() {
    const { onQuit } = this.#options;
    const actions: KeyActions = {
      onQuit: (outcome) => {
        this.#dispatch({ type: 'quit' });
        onQuit(outcome);
      },
      onHelp: () => this.#dispatch({ type: 'toggle-help' }),
    };
    return <RolloutView {...this.#drawn} actions={actions} />;
  }
}
