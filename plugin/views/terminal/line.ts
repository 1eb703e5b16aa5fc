import { harmless } from '../../../shared/plain-text.ts';
import type { Tone } from '../narration/tone.ts';

/** A frame is lines of spans, laid out before anything is drawn, so that its size is known. */
export type Line = readonly Span[];

export interface Span {
  text: string;
  tone: Tone;
}

export interface Size {
  columns: number;
  rows: number;
}

export const BLANK: Line = [];

export function span(text: string, tone: Tone = 'normal'): Span {
  return { text, tone };
}

/** Columns that text takes; everything drawn is taken to be one column wide. */
export function widthOf(text: string): number {
  return [...text].length;
}

export function lineWidth(line: Line): number {
  return line.reduce((sum, { text }) => sum + widthOf(text), 0);
}

/** The line, cut with an ellipsis where it would be wider than `columns`. */
export function clip(line: Line, columns: number, ellipsis: string): Line {
  if (lineWidth(line) <= columns) return line;
  const clipped: Span[] = [];
  let left = Math.max(0, columns - widthOf(ellipsis));
  for (const { text, tone } of line) {
    const kept = [...text].slice(0, left).join('');
    left -= widthOf(kept);
    if (kept !== '') clipped.push({ text: kept, tone });
  }
  return [...clipped, span(ellipsis.slice(0, columns), 'faint')];
}

/** Cuts out the middle, where long zone and workload names are most alike. */
export function shorten(text: string, columns: number, ellipsis: string): string {
  const characters = [...text];
  if (characters.length <= columns) return text;
  const kept = Math.max(0, columns - widthOf(ellipsis));
  const head = Math.floor(kept / 3);
  return (
    characters.slice(0, head).join('') +
    ellipsis +
    characters.slice(characters.length - (kept - head)).join('')
  );
}

/** Breaks text between words into lines of at most `columns`, and longer words where they must. */
export function wrap(text: string, columns: number): string[] {
  const lines: string[] = [];
  let current = '';
  for (const word of text.split(' ').flatMap((word) => pieces(word, columns))) {
    if (current !== '' && widthOf(current) + 1 + widthOf(word) > columns) {
      lines.push(current);
      current = word;
    } else {
      current = current === '' ? word : `${current} ${word}`;
    }
  }
  return current === '' ? lines : [...lines, current];
}

function pieces(word: string, columns: number): string[] {
  const characters = [...word];
  if (characters.length <= columns) return [word];
  const count = Math.ceil(characters.length / columns);
  return Array.from({ length: count }, (_, index) =>
    characters.slice(index * columns, (index + 1) * columns).join(''),
  );
}

/** The lines with nothing in them but characters that are shown: what is drawn comes from the cluster for a good part. */
export function harmlessLines(lines: readonly Line[]): Line[] {
  return lines.map((line) => line.map(({ text, tone }) => ({ text: harmless(text), tone })));
}
