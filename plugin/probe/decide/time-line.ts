import type { ProbeSample } from '../../../shared/drive/probe-news.ts';

/** Samples and marks, in cells of equal length. */
export interface TimeLine {
  /** When the first cell begins, ms since the epoch; undefined before the first sample. */
  startMs: number | undefined;
  cellMs: number;
  cells: readonly Cell[];
  marks: readonly Mark[];
}

export interface Cell {
  requests: number;
  failed: number;
  /** Undefined without responses. */
  slowestMs: number | undefined;
}

/** The start of something, such as a wave. */
export interface Mark {
  atMs: number;
  label: string;
}

export const EMPTY_LINE: TimeLine = { startMs: undefined, cellMs: 1_000, cells: [], marks: [] };

/** The width of a wide terminal; beyond it, pairs of cells are merged into cells of twice the length. */
const MOST_CELLS = 120;
const MOST_MARKS = 500;
const NO_REQUESTS: Cell = { requests: 0, failed: 0, slowestMs: undefined };

/** @param endMs when the sample ended, ms since the epoch; if the clock was set back, it goes into the last cell */
export function withSample(line: TimeLine, sample: ProbeSample, endMs: number): TimeLine {
  const beganMs = endMs - sample.forMs;
  const { startMs = beganMs } = line;
  const index = Math.max(line.cells.length - 1, Math.floor((beganMs - startMs) / line.cellMs), 0);
  if (index >= MOST_CELLS) return withSample(halved({ ...line, startMs }), sample, endMs);
  const cells = [...line.cells];
  while (cells.length <= index) cells.push(NO_REQUESTS);
  const { requests, failed, slowestMs } = sample;
  cells[index] = merged(cells[index] ?? NO_REQUESTS, { requests, failed, slowestMs });
  return { ...line, startMs, cells };
}

/** Adds a mark; keeps the last `MOST_MARKS`. */
export function withMark(line: TimeLine, mark: Mark): TimeLine {
  return { ...line, marks: [...line.marks, mark].slice(-MOST_MARKS) };
}

/** The same time line in at most this many cells. */
export function fitted(line: TimeLine, mostCells: number): TimeLine {
  return line.cells.length <= Math.max(1, mostCells) ? line : fitted(halved(line), mostCells);
}

function halved(line: TimeLine): TimeLine {
  const cells = line.cells.flatMap((cell, index) =>
    index % 2 === 0 ? [merged(cell, line.cells[index + 1] ?? NO_REQUESTS)] : [],
  );
  return { ...line, cellMs: line.cellMs * 2, cells };
}

function merged(a: Cell, b: Cell): Cell {
  return {
    requests: a.requests + b.requests,
    failed: a.failed + b.failed,
    slowestMs: slower(a.slowestMs, b.slowestMs),
  };
}

function slower(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.max(a, b);
}
