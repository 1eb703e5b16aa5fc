import { Writable } from 'node:stream';
import type { Clock } from '../../../shared/clock.ts';
import type { OutputStream } from '../../cli/context.ts';
import { type Line, lineWidth, type Size } from './line.ts';

/** A dragged window changes its size many times; the picture is drawn again when it has kept one for this long. */
const SETTLE_MS = 100;
const ERASE_LINE_AND_GO_UP = '\u001b[2K\u001b[1A';

/**
 * What Ink draws on: the terminal, with a size that changes only when we say so. Ink answers a narrower terminal by
 * erasing as many rows as it has drawn, but most terminals have wrapped the longer ones by then, and the rows in
 * excess would stay on the screen. See `eraseWrapped`.
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

  /** Passed on at once: what Ink writes while the process exits must not wait in a buffer. */
  override _write(chunk: unknown, _: string, callback: (error?: Error | null) => void): void {
    this.#stdout.write(chunk);
    callback();
  }

  /** Takes over the terminal's new size. */
  adopt({ columns, rows }: Size): void {
    this.columns = columns;
    this.rows = rows;
  }

  /**
   * Erases the rows by which the terminal has made the frame higher, so that as many are left as Ink knows of. What
   * has been scrolled out of the screen by then cannot be erased by anybody.
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

/** The size of a terminal; 80 by 24 for one that does not say. */
export function sizeOf(stdout: OutputStream): Size {
  return { columns: stdout.columns || 80, rows: stdout.rows || 24 };
}

/**
 * Whether the terminal wraps lines that have become too long when it is narrowed, as nearly all do today. The others
 * cut them off.
 */
export function reflows(env: Readonly<Record<string, string | undefined>>): boolean {
  if (env.TMUX !== undefined) return true;
  const cuts = /^(linux|rxvt|screen)/.test(env.TERM ?? '');
  return !cuts && env.XTERM_VERSION === undefined;
}

/** Calls `begun` when the size starts to change and `settled` when it has stayed the same; returns the way to stop. */
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
