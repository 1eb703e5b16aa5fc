import type { Theme } from '../terminal/theme.ts';

/** What a chart is drawn with. */
export interface ChartGlyphs {
  /** A cell that is filled to 0, 1, … parts, from empty to full. */
  levels: readonly string[];
  /** Stands where the capacity is. */
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

/** Those that a terminal can show which shows the theme's. */
export function glyphsFor({ ellipsis }: Pick<Theme, 'ellipsis'>): ChartGlyphs {
  return /^[ -~]*$/.test(ellipsis) ? ASCII : UNICODE;
}
