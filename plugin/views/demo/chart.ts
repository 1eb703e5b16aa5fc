import type { Tone } from '../narration/tone.ts';
import { type Line, type Span, span } from '../terminal/line.ts';
import type { ChartGlyphs } from './glyphs.ts';
import { rowsFor, type Scale } from './scale.ts';

/** Columns before the first value: a number of writes and the border of the chart. */
export const LABEL_WIDTH = 9;

export interface Chart {
  /** Writes per second by column; undefined without data. */
  values: readonly (number | undefined)[];
  capacity: number;
  scale: Scale;
  /** Maximum number of rows, including the line of the capacity; higher bars are cut off. */
  most: number;
}

/**
 * A bar chart of writes per second, with a separate line for the capacity; the part above that line is drawn as bad.
 */
export function chartLines({ values, capacity, scale, most }: Chart, glyphs: ChartGlyphs): Line[] {
  const peak = Math.max(0, ...values.map((value) => value ?? 0));
  const rows = Math.max(scale.rowsBelow, Math.min(rowsFor(scale, peak), most - 1));
  const lines: Line[] = [];
  for (let row = rows - 1; row >= 0; row -= 1) {
    const above = row >= scale.rowsBelow;
    if (row === scale.rowsBelow - 1) lines.push(limitLine(values, capacity, glyphs));
    const cells = values.map((value) => level(value, row, scale, glyphs)).join('');
    const label = row === rows - 1 && above ? formatWrites(peak) : '';
    lines.push([span(labelled(label, glyphs.side), 'faint'), span(cells, above ? 'bad' : 'good')]);
  }
  return lines;
}

/** Bars cross the line uninterrupted, so that the line is only visible where the store has capacity left. */
function limitLine(values: Chart['values'], capacity: number, glyphs: ChartGlyphs): Line {
  const full = glyphs.levels.at(-1) ?? '';
  const cells = values.map((value): { text: string; tone: Tone } =>
    (value ?? 0) > capacity ? { text: full, tone: 'bad' } : { text: glyphs.limit, tone: 'warn' },
  );
  return [span(labelled(formatWrites(capacity), glyphs.side), 'warn'), ...merged(cells)];
}

function level(
  value: number | undefined,
  row: number,
  { rowWrites }: Scale,
  { levels }: ChartGlyphs,
): string {
  const filled = Math.min(1, Math.max(0, ((value ?? 0) - row * rowWrites) / rowWrites));
  const full = levels.length - 1;
  // Rounded down, so that a value below the capacity never looks equal to it; but never to nothing.
  return levels[filled === 0 ? 0 : Math.max(1, Math.floor(filled * full + ROUNDING))] ?? ' ';
}

const ROUNDING = 1e-9;

function labelled(text: string, side: string): string {
  return `${text.padStart(LABEL_WIDTH - 2)} ${side}`;
}

/** Merges adjacent cells of the same tone into one span. */
function merged(cells: readonly Span[]): Span[] {
  const spans: Span[] = [];
  for (const { text, tone } of cells) {
    const last = spans.at(-1);
    if (last?.tone === tone) spans[spans.length - 1] = { text: last.text + text, tone };
    else spans.push({ text, tone });
  }
  return spans;
}

/** An integer with thousands separators: `8,167`. */
export function formatWrites(writes: number): string {
  return Math.round(writes).toLocaleString('en-US');
}

const MINUTE_MS = 60_000;
const STEPS_MS = [1, 2, 5, 10, 15, 30, 60, 120, 240].map((minutes) => minutes * MINUTE_MS);
const NEAREST_COLUMNS = 12;

/** The time axis of a chart and, below it, the minutes since its beginning. */
export function timeAxis(spanMs: number, columns: number, glyphs: ChartGlyphs): Line[] {
  const stepMs =
    STEPS_MS.find((each) => (each / spanMs) * columns >= NEAREST_COLUMNS) ?? STEPS_MS.at(-1) ?? spanMs;
  let labels = '';
  for (let atMs = 0; atMs <= spanMs; atMs += stepMs) {
    const text = atMs === 0 ? '0' : `${atMs / MINUTE_MS}m`;
    const column = Math.round((atMs / spanMs) * columns);
    if (column + text.length <= columns) labels = labels.padEnd(column) + text;
  }
  const floor = `${glyphs.corner}${glyphs.floor.repeat(columns)}`;
  return [
    [span(floor.padStart(LABEL_WIDTH + columns), 'faint')],
    [span(`${' '.repeat(LABEL_WIDTH)}${labels}`, 'faint')],
  ];
}
