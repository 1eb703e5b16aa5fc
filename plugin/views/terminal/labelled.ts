import type { Tone } from '../narration/tone.ts';
import { clip, type Line, span, wrap } from './line.ts';
import type { Theme } from './theme.ts';

/** `to go on` and two spaces. */
export const LABEL_WIDTH = 10;

/**
 * A label and text, wrapped with a hanging indent.
 *
 * @param maxRows further text is cut off with an ellipsis
 */
export function labelled(
  label: { text: string; tone: Tone },
  text: string,
  { columns, maxRows, ellipsis }: { columns: number; maxRows: number; ellipsis: string },
): Line[] {
  const width = Math.max(1, columns - LABEL_WIDTH);
  const lines = wrap(text, width);
  const shown = lines.slice(0, maxRows);
  if (lines.length > maxRows) shown[maxRows - 1] = lines.slice(maxRows - 1).join(' ');
  return shown.map((line, index) => [
    span((index === 0 ? label.text : '').padEnd(LABEL_WIDTH), label.tone),
    ...clip([span(line)], width, ellipsis),
  ]);
}

/** Topics with their explanations. */
export function helpLines(
  topics: readonly (readonly [topic: string, text: string])[],
  columns: number,
  theme: Theme,
): Line[] {
  return topics.flatMap(([topic, text]) =>
    labelled({ text: topic, tone: 'strong' }, text, { columns, maxRows: 3, ellipsis: theme.ellipsis }),
  );
}
