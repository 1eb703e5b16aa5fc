import { labelled } from './labelled.ts';
import type { Line } from './line.ts';
import type { Theme } from './theme.ts';

/** Topics, each beside what is to be known about it. */
export function helpLines(
  topics: readonly (readonly [topic: string, text: string])[],
  columns: number,
  theme: Theme,
): Line[] {
  return topics.flatMap(([topic, text]) =>
    labelled({ text: topic, tone: 'strong' }, text, { columns, maxRows: 3, ellipsis: theme.ellipsis }),
  );
}
