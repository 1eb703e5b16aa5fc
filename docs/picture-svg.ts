import { BACKGROUND, FOREGROUND } from './picture-colours.ts';
import type { Run } from './picture-rows.ts';

/** A picture of a terminal. */
export interface Picture {
  /** For those who do not see it; also written above the screen. */
  title: string;
  /** What is to be seen, for those who do not see it. */
  description: string;
  columns: number;
  rows: readonly (readonly Run[])[];
}

/** In px; a monospaced glyph is six tenths as wide as the font is high. */
const FONT_SIZE = 14;
const CELL_WIDTH = 8.4;
const CELL_HEIGHT = 18;
/** From the top of a cell to the line on which letters stand. */
const BASELINE = 13.5;
const MARGIN = 16;
const BAR_HEIGHT = 32;
const FONTS = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace";

/** Draws a terminal as an SVG document that looks the same with any monospaced font. */
export function svgOf({ title, description, columns, rows }: Picture): string {
  const width = Math.ceil(columns * CELL_WIDTH) + 2 * MARGIN;
  const height = BAR_HEIGHT + rows.length * CELL_HEIGHT + MARGIN;
  const lines = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="title description">`,
    `<title id="title">${escaped(title)}</title>`,
    `<desc id="description">${escaped(description)}</desc>`,
    `<rect width="${width}" height="${height}" rx="8" fill="${BACKGROUND}"/>`,
    `<g font-family="${FONTS}" font-size="${FONT_SIZE}" fill="${FOREGROUND}">`,
    `<text x="${width / 2}" y="21" text-anchor="middle" opacity="0.6">${escaped(title)}</text>`,
    ...rows.flatMap((runs, row) => runs.flatMap((run) => runLines(run, row))),
    '</g>',
    '</svg>',
  ];
  return `${lines.join('\n')}\n`;
}

function runLines(run: Run, row: number): string[] {
  const top = BAR_HEIGHT + row * CELL_HEIGHT;
  const behind =
    run.background === undefined
      ? []
      : [
          `<rect x="${x(run.column)}" y="${top}" width="${length(run.width)}" height="${CELL_HEIGHT}" fill="${run.background}"/>`,
        ];
  const look = [
    ...(run.colour === FOREGROUND ? [] : [` fill="${run.colour}"`]),
    ...(run.bold ? [' font-weight="600"'] : []),
    ...(run.faint ? [' opacity="0.6"'] : []),
  ].join('');
  const words = wordsOf(run).map(
    ({ column, width, text }) =>
      `<text x="${x(column)}" y="${top + BASELINE}" textLength="${length(width)}"${look}>${escaped(text)}</text>`,
  );
  return [...behind, ...words];
}

/** Parts of a run that have no two blanks in a row, which SVG would take for one. */
function wordsOf({ column, width, text }: Run): Pick<Run, 'column' | 'width' | 'text'>[] {
  // A wide or composed character, which stands alone.
  if (width !== text.length) return [{ column, width, text }];
  return [...text.matchAll(/\S+(?: \S+)*/g)].map((word) => ({
    column: column + word.index,
    width: word[0].length,
    text: word[0],
  }));
}

function x(column: number): string {
  return rounded(MARGIN + column * CELL_WIDTH);
}

function length(width: number): string {
  return rounded(width * CELL_WIDTH);
}

function rounded(px: number): string {
  return String(Math.round(px * 10) / 10);
}

/** Text as XML has it, without the control characters that it cannot have. */
function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replace(/\p{Cc}/gu, '');
}
