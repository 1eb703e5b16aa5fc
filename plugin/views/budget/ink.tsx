import { type Instance, render } from 'ink';
import type { Clock } from '../../../shared/clock.ts';
import type { BudgetEvent, BudgetReporter } from '../../budget/events.ts';
import type { Context } from '../../context.ts';
import type { KeyActions } from '../rollout/keys.ts';
import type { Size } from '../rollout/line.ts';
import { FrameTerminal, reflows, watchSize } from '../rollout/terminal.ts';
import { themeFor } from '../rollout/theme.ts';
import { drained } from '../stream.ts';
import { type BudgetFrameInput, layOutBudgets } from './frame.ts';
import { type BudgetViewAction, INITIAL_STATE, reduce } from './reducer.ts';
import type { TableOptions } from './table.ts';
import { BudgetView } from './view.tsx';

export interface BudgetInkOptions extends Pick<Context, 'stdout' | 'stderr' | 'stdin' | 'env'> {
  clock: Clock;
  title: string;
  table: TableOptions;
  onQuit: KeyActions['onQuit'];
}

const REDRAW_MS = 100;
const MOST_FRAMES_PER_SECOND = 1000;

/**
 * Draws budgets in place, below what the terminal shows already. `close` leaves the last picture there and gives the
 * terminal back.
 *
 * @param options `stdout` must be a terminal: decide with `chooseView` first
 */
export function budgetInk(options: BudgetInkOptions): BudgetReporter {
  return new InkBudgets(options);
}

class InkBudgets implements BudgetReporter {
  readonly #options: BudgetInkOptions;
  readonly #terminal: FrameTerminal;
  readonly #instance: Instance;
  readonly #unwatch: () => void;
  #drawn: BudgetFrameInput;
  #state = INITIAL_STATE;
  #resizing = false;
  #cancelRedraw: (() => void) | undefined;

  constructor(options: BudgetInkOptions) {
    const { stdout, stdin, stderr, clock, env } = options;
    this.#options = options;
    this.#terminal = new FrameTerminal(stdout);
    this.#drawn = {
      state: this.#state,
      title: options.title,
      size: { columns: this.#terminal.columns, rows: this.#terminal.rows },
      theme: themeFor(env),
      namespaces: options.table.namespaces,
      keys: stdin.isTTY === true && stdin.setRawMode !== undefined,
    };
    this.#instance = render(this.#element(), {
      stdout: this.#terminal,
      stdin,
      stderr,
      exitOnCtrlC: false,
      interactive: true,
      incrementalRendering: true,
      // Redraws are paced here, where they can be held back while the size changes.
      maxFps: MOST_FRAMES_PER_SECOND,
    });
    this.#unwatch = watchSize(stdout, clock, {
      begun: () => {
        this.#resizing = true;
      },
      settled: (size) => this.#resized(size),
    });
  }

  report(event: BudgetEvent): void {
    this.#dispatch({ type: 'event', event });
  }

  async close(): Promise<void> {
    this.#cancelRedraw?.();
    this.#unwatch();
    this.#draw();
    this.#instance.unmount();
    await this.#instance.waitUntilExit();
    await drained(this.#options.stdout);
  }

  #dispatch(action: BudgetViewAction): void {
    this.#state = reduce(this.#state, action);
    this.#cancelRedraw ??= this.#options.clock.schedule(REDRAW_MS, () => {
      this.#cancelRedraw = undefined;
      this.#draw();
    });
  }

  #draw(size: Size = this.#drawn.size): void {
    if (this.#resizing) return;
    this.#drawn = { ...this.#drawn, state: this.#state, size };
    this.#instance.rerender(this.#element());
  }

  #resized(size: Size): void {
    if (reflows(this.#options.env)) this.#terminal.eraseWrapped(layOutBudgets(this.#drawn), size.columns);
    this.#instance.clear();
    this.#terminal.adopt(size);
    this.#resizing = false;
    this.#draw(size);
  }

  #element() {
    const onQuit: KeyActions['onQuit'] = (outcome) => {
      this.#dispatch({ type: 'quit' });
      this.#options.onQuit(outcome);
    };
    return <BudgetView {...this.#drawn} onQuit={onQuit} />;
  }
}
