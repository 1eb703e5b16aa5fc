import { Writable } from 'node:stream';
import type { Clock } from '../../../shared/clock.ts';
import type { OutputStream } from '../../cli/context.ts';
import { type Line, lineWidth, type Size } from './line.ts';

/** Dragging a window changes its size many times; the frame is redrawn when the size has been stable for this long. */
const SETTLE_MS = 100;
const ERASE_LINE_AND_GO_UP = '\u001b[2K\u001b[1A';

/**
 * The stream that Ink draws on: the terminal, with a size that changes only on request. When a terminal becomes
 * narrower, Ink erases as many rows as it has drawn, but most terminals have already wrapped the longer ones, and the
 * extra rows would stay on the screen. See `eraseWrapped`.
 */
export class FrameTerminal extends Writable {
  readonly isTTY = true;
  columns: number;
  rows: number;
  readonly #stdout: OutputStream;

  constructor(stdout: OutputStream) {
    super({ decodeStrings: false });
    this.#stdout = stdout;
    const { columns, rows } = sizeOf(stdout);
    this.columns = columns;
    this.rows = rows;
  }

  /** Passed on immediately: Ink's output while the process exits must not wait in a buffer. */
  override _write(chunk: unknown, _: string, callback: (error?: Error | null) => void): void {
    this.#stdout.write(chunk);
    callback();
  }

  /** Adopts the terminal's new size. */
  adopt({ columns, rows }: Size): void {
    this.columns = columns;
    this.rows = rows;
  }

  /**
   * Erases the extra rows that wrapping has added to the frame, so that Ink's row count is correct again. Rows that
   * have scrolled off the screen cannot be erased.
   *
   * @param frame the lines on the screen, with the cursor in the row below them
   */
  eraseWrapped(frame: readonly Line[], columns: number): void {
    const excess = frame.reduce(
      (sum, line) => sum + Math.max(1, Math.ceil(lineWidth(line) / columns)) - 1,
      0,
    );
    if (excess > 0) this.write(ERASE_LINE_AND_GO_UP.repeat(excess));
  }
}

/** The size of a terminal; 80 by 24 if unknown. */
export function sizeOf(stdout: OutputStream): Size {
  return { columns: stdout.columns || 80, rows: stdout.rows || 24 };
}

/** Whether the terminal wraps long lines when it becomes narrower, as nearly all do. The others cut them off. */
export function reflows(env: Readonly<Record<string, string | undefined>>): boolean {
  if (env.TMUX !== undefined) return true;
  const cuts = /^(linux|rxvt|screen)/.test(env.TERM ?? '');
  return !cuts && env.XTERM_VERSION === undefined;
}

/**
 * Calls `begun` when the size starts to change and `settled` when it has been stable; returns a function that stops
 * watching.
 */
export function watchSize(
  stdout: OutputStream,
  clock: Clock,
  { begun, settled }: { begun: () => void; settled: (size: Size) => void },
): () => void {
  let cancel: (() => void) | undefined;
  const onResize = () => {
    begun();
    cancel?.();
    cancel = clock.schedule(SETTLE_MS, () => settled(sizeOf(stdout)));
  };
  stdout.on('resize', onResize);
  return () => {
    cancel?.();
    stdout.off('resize', onResize);
  };
}
