import { labelled } from './labelled.ts';
import type { Line } from './line.ts';
import type { Theme } from './theme.ts';

const TOPICS: readonly [string, string][] = [
  [
    'q, Ctrl-C',
    'leave: no more pods are taken, those that are down come back by themselves, and the same command goes on later',
  ],
  ['?', 'close this help'],
  ['wave', 'the pods that are down together, all of one zone; the next wave may be larger'],
  ['time left', 'estimated from the start-up times seen so far'],
];

/** What the keys and the words of the view mean. */
export function helpLines(columns: number, theme: Theme): Line[] {
  return TOPICS.flatMap(([topic, text]) =>
    labelled({ text: topic, tone: 'strong' }, text, { columns, maxRows: 3, ellipsis: theme.ellipsis }),
  );
}
