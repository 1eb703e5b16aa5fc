import { type Line, span } from '../terminal/line.ts';
import { LABEL_WIDTH } from './chart.ts';
import type { ChartGlyphs } from './glyphs.ts';

const MINUTE_MS = 60_000;
const STEPS_MS = [1, 2, 5, 10, 15, 30, 60, 120, 240].map((minutes) => minutes * MINUTE_MS);
const NEAREST_COLUMNS = 12;

/** The floor of a chart and, below it, the minutes since its beginning. */
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
