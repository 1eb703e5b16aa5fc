import sliceAnsi from 'slice-ansi';
import stringWidth from 'string-width';
import wrapAnsi from 'wrap-ansi';
import { harmless } from '../../../shared/plain-text.ts';
import type { Tone } from '../narration/tone.ts';

/** A frame consists of lines of spans, laid out before rendering, so that its size is known. */
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

/** Text without control characters, so that its measured width is what the terminal shows. */
export function span(text: string, tone: Tone = 'normal'): Span {
  return { text: harmless(text), tone };
}

/** Width of the text on a terminal in columns: two for a wide character such as an emoji, none for a combining mark. */
export function widthOf(text: string): number {
  return stringWidth(text);
}

export function lineWidth(line: Line): number {
  return line.reduce((sum, { text }) => sum + widthOf(text), 0);
}

/** The line, cut off with an ellipsis if it is wider than `columns`. */
export function clip(line: Line, columns: number, ellipsis: string): Line {
  if (lineWidth(line) <= columns) return line;
  const clipped: Span[] = [];
  let left = Math.max(0, columns - widthOf(ellipsis));
  for (const { text, tone } of line) {
    const kept = sliceAnsi(text, 0, left);
    if (kept !== '') clipped.push({ text: kept, tone });
    // If half of a wide character does not fit, nothing may follow.
    left = kept === text ? left - widthOf(kept) : 0;
  }
  return [...clipped, span(ellipsis.slice(0, columns), 'faint')];
}

/** Cuts out the middle, which distinguishes long zone and workload names least. */
export function shorten(text: string, columns: number, ellipsis: string): string {
  const width = widthOf(text);
  if (width <= columns) return text;
  const kept = Math.max(0, columns - widthOf(ellipsis));
  const head = Math.floor(kept / 3);
  return sliceAnsi(text, 0, head) + ellipsis + sliceAnsi(text, width - (kept - head), width);
}

/** Exactly `columns` wide: shortened, or padded with spaces. */
export function fit(text: string, columns: number, ellipsis: string): string {
  const shortened = shorten(text, columns, ellipsis);
  return shortened + ' '.repeat(Math.max(0, columns - widthOf(shortened)));
}

/** Wraps text between words into lines of at most `columns`; breaks longer words if necessary. */
export function wrap(text: string, columns: number): string[] {
  return text === '' ? [] : wrapAnsi(harmless(text), columns, { hard: true }).split('\n');
}
