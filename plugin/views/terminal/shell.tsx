import { type Instance, render } from 'ink';
import type { Context } from '../../cli/context.ts';
import { drained } from '../narration/stream.ts';
import { FrameView } from './frame-view.tsx';
import type { KeyActions } from './keys.ts';
import type { Line, Size } from './line.ts';
import { FrameTerminal, reflows, watchSize } from './screen.ts';
import { type Theme, themeFor } from './theme.ts';

/** The inputs of a layout in addition to the state. */
export interface Surface {
  size: Size;
  theme: Theme;
  /** On our own clock. */
  nowMs: number;
  /** Whether key presses can be read. */
  keys: boolean;
}

/** The caller's terminal and keys. */
export type ShellContext = Pick<Context, 'stdout' | 'stderr' | 'stdin' | 'env' | 'clock'>;

export interface ShellOptions extends ShellContext {
  /** The current frame: at most `rows - 1` lines of at most `columns - 1` columns. */
  layOut(surface: Surface): readonly Line[];
  /** In raw mode Ctrl-C does not send SIGINT: it is a key. */
  actions: KeyActions;
  /** Whether the view changes with time alone; it is then redrawn every second. */
  ticks: boolean;
}

export interface Shell {
  /** Requests a redraw. Many calls in a row cause only one. */
  changed(): void;
  /** Leaves the last frame on the screen and restores the terminal. */
  close(): Promise<void>;
}

const REDRAW_MS = 100;
const SECOND_MS = 1000;

/**
 * Draws frames in place, below the existing terminal output, through resizes and until it is closed.
 *
 * @param options `stdout` must be a terminal: call `chooseView` first
 */
export function openShell(options: ShellOptions): Shell {
  return new InkShell(options);
}

class InkShell implements Shell {
  readonly #options: ShellOptions;
  readonly #terminal: FrameTerminal;
  readonly #instance: Instance;
  readonly #unwatch: () => void;
  readonly #theme: Theme;
  readonly #keys: boolean;
  #lines: readonly Line[];
  #resizing = false;
  #cancelRedraw: (() => void) | undefined;
  #cancelTick: (() => void) | undefined;

  constructor(options: ShellOptions) {
    const { stdout, stdin, stderr, clock, env } = options;
    this.#options = options;
    this.#terminal = new FrameTerminal(stdout);
    this.#theme = themeFor(env);
    this.#keys = stdin.isTTY === true && stdin.setRawMode !== undefined;
    this.#lines = this.#layOut();
    this.#instance = render(this.#element(), {
      stdout: this.#terminal,
      stdin,
      stderr,
      exitOnCtrlC: false,
      interactive: true,
      incrementalRendering: true,
      // Redraws are paced here, where they can be paused while the size changes.
      maxFps: SECOND_MS,
    });
    this.#unwatch = watchSize(stdout, clock, {
      begun: () => {
        this.#resizing = true;
      },
      settled: (size) => this.#resized(size),
    });
    if (options.ticks) this.#tick();
  }

  changed(): void {
    this.#cancelRedraw ??= this.#options.clock.schedule(REDRAW_MS, () => {
      this.#cancelRedraw = undefined;
      this.#draw();
    });
  }

  async close(): Promise<void> {
    this.#cancelTick?.();
    this.#cancelRedraw?.();
    this.#unwatch();
    this.#draw();
    this.#instance.unmount();
    await this.#instance.waitUntilExit();
    await drained(this.#options.stdout);
  }

  #tick(): void {
    this.#cancelTick = this.#options.clock.schedule(SECOND_MS, () => {
      this.#draw();
      this.#tick();
    });
  }

  #draw(): void {
    if (this.#resizing) return;
    this.#lines = this.#layOut();
    this.#instance.rerender(this.#element());
  }

  #resized(size: Size): void {
    const { env } = this.#options;
    if (reflows(env)) this.#terminal.eraseWrapped(this.#lines, size.columns);
    this.#instance.clear();
    this.#terminal.adopt(size);
    this.#resizing = false;
    this.#draw();
  }

  #layOut(): readonly Line[] {
    const { columns, rows } = this.#terminal;
    return this.#options.layOut({
      size: { columns, rows },
      theme: this.#theme,
      nowMs: this.#options.clock.nowMs(),
      keys: this.#keys,
    });
  }

  #element() {
    const { actions } = this.#options;
    return <FrameView lines={this.#lines} theme={this.#theme} keys={this.#keys} actions={actions} />;
  }
}
