import { relative } from 'node:path';
import type { TestEvent } from 'node:test/reporters';

/** How many lines each table has at most. */
const ROWS = 25;

interface Timed {
  name: string;
  file: string;
  durationMs: number;
}

/**
 * A reporter for Node's test runner that tells what took longest, and what failed: `npm run test:slow`.
 *
 * @returns text as it becomes known: failures at once, the tables when all is over
 */
export default async function* slowest(source: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  const tests: Timed[] = [];
  const suites: Timed[] = [];
  for await (const { type, data } of source) {
    if (type !== 'test:pass' && type !== 'test:fail') continue;
    const { name, file = '', details } = data;
    const timed = { name, file: relative('.', file), durationMs: details.duration_ms };
    (details.type === 'suite' ? suites : tests).push(timed);
    if (type === 'test:fail') yield `failed: ${timed.file}: ${name}\n`;
  }
  yield table('tests', tests);
  yield table('suites', suites);
}

function table(title: string, timed: readonly Timed[]): string {
  const longest = timed.toSorted((a, b) => b.durationMs - a.durationMs).slice(0, ROWS);
  const rows = longest.map(
    ({ name, file, durationMs }) => `${(durationMs / 1000).toFixed(1).padStart(7)} s  ${file}: ${name}\n`,
  );
  return `\nThe slowest of ${timed.length} ${title}:\n${rows.join('')}`;
}
