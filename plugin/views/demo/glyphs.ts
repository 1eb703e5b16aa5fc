import type { Theme } from '../terminal/theme.ts';

/** The glyphs of a chart. */
export interface ChartGlyphs {
  /** A cell filled to 0, 1, … parts, from empty to full. */
  levels: readonly string[];
  /** Marks the capacity. */
  limit: string;
  side: string;
  corner: string;
  floor: string;
}

const UNICODE: ChartGlyphs = {
  levels: [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'],
  limit: '┄',
  side: '│',
  corner: '└',
  floor: '─',
};

const ASCII: ChartGlyphs = { levels: [' ', '.', ':', '#'], limit: '-', side: '|', corner: '+', floor: '_' };

/** Glyphs that a terminal with this theme can show. */
export function glyphsFor({ ellipsis }: Pick<Theme, 'ellipsis'>): ChartGlyphs {
  return /^[ -~]*$/.test(ellipsis) ? ASCII : UNICODE;
}
