/** What is drawn for the colours that a program can ask a terminal for. */

/** A colour as a terminal keeps it: one of 256, or red, green and blue as 0xRRGGBB; undefined for its own. */
export type CellColour = { kind: 'palette'; index: number } | { kind: 'rgb'; value: number } | undefined;

export const FOREGROUND = '#d8dee9';
export const BACKGROUND = '#1b2028';

/** The first sixteen are the terminal's to choose; these can be told apart and read on the background. */
const NAMED = [
  ...['#3b4252', '#f07178', '#8fd18a', '#f2c76e', '#7aa8f0', '#cf9bea', '#79cfd6', '#d8dee9'],
  ...['#7b8496', '#ff8b92', '#a8e6a3', '#ffdb8a', '#95bcff', '#e0b5f7', '#95e6ec', '#ffffff'],
];

/** A colour as SVG has it; undefined stays undefined. */
export function svgColour(colour: CellColour): string | undefined {
  if (colour === undefined) return undefined;
  return colour.kind === 'rgb' ? hex(colour.value) : ofPalette(colour.index);
}

/** Above the named ones, xterm's cube of six levels a channel, and then 24 greys. */
function ofPalette(index: number): string {
  const named = NAMED[index];
  if (named !== undefined) return named;
  if (index >= 232) return hex((8 + 10 * (index - 232)) * 0x010101);
  const level = (digit: number) => (digit === 0 ? 0 : 55 + 40 * digit);
  const cube = index - 16;
  const [red, green, blue] = [Math.floor(cube / 36), Math.floor(cube / 6) % 6, cube % 6].map(level);
  return hex((red ?? 0) * 0x10000 + (green ?? 0) * 0x100 + (blue ?? 0));
}

function hex(value: number): string {
  return `#${value.toString(16).padStart(6, '0')}`;
}
