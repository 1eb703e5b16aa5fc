import type { Tone } from '../narration/tone.ts';

/** The state of a pod. */
export type CellLook = 'updated' | 'replacing' | 'stale' | 'unready';
/** The progress of a zone. */
export type PhaseLook = 'finished' | 'active' | 'pending';

/** How facts look. Every glyph is distinct without its color. */
export interface Theme {
  cells: Readonly<Record<CellLook, string>>;
  phases: Readonly<Record<PhaseLook, string>>;
  bar: { done: string; rest: string };
  arrow: string;
  ellipsis: string;
  styles: Readonly<Record<Tone, TextStyle>>;
}

/** Properties of Ink's `Text`. */
export interface TextStyle {
  color?: string;
  bold?: boolean;
  dimColor?: boolean;
  inverse?: boolean;
}

const UNICODE: Omit<Theme, 'styles'> = {
  cells: { updated: '●', replacing: '◐', stale: '○', unready: '✗' },
  phases: { finished: '✓', active: '▸', pending: ' ' },
  bar: { done: '━', rest: '─' },
  arrow: '→',
  ellipsis: '…',
};

const ASCII: Omit<Theme, 'styles'> = {
  cells: { updated: '#', replacing: '~', stale: '.', unready: '!' },
  phases: { finished: '+', active: '>', pending: ' ' },
  bar: { done: '=', rest: '-' },
  arrow: '->',
  ellipsis: '..',
};

const COLOURS: Theme['styles'] = {
  normal: {},
  strong: { bold: true },
  faint: { dimColor: true },
  good: { color: 'green' },
  busy: { color: 'cyan' },
  warn: { color: 'yellow' },
  bad: { color: 'red', bold: true },
  chosen: { inverse: true },
};

const NO_COLOURS: Theme['styles'] = {
  normal: {},
  strong: {},
  faint: {},
  good: {},
  busy: {},
  warn: {},
  bad: {},
  // Not a color, and without it the cursor is invisible.
  chosen: { inverse: true },
};

export const CELL_TONES: Readonly<Record<CellLook, Tone>> = {
  updated: 'good',
  replacing: 'busy',
  stale: 'faint',
  unready: 'bad',
};

export const PHASE_TONES: Readonly<Record<PhaseLook, Tone>> = {
  finished: 'good',
  active: 'busy',
  pending: 'faint',
};

type Environment = Readonly<Record<string, string | undefined>>;

/** Glyphs beyond ASCII if the locale is UTF-8, colors unless `NO_COLOR` is set and not empty (no-color.org). */
export function themeFor(env: Environment): Theme {
  return { ...(isUtf8(env) ? UNICODE : ASCII), styles: env.NO_COLOR ? NO_COLOURS : COLOURS };
}

/** The first of these variables that is set decides, as in setlocale(3); Windows Terminal sets none of them. */
function isUtf8(env: Environment): boolean {
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG || '';
  return /utf-?8/i.test(locale) || env.WT_SESSION !== undefined;
}
