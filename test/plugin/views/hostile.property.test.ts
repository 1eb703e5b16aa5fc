import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { describe, it } from 'node:test';
import { writeDocument, writeError, writeJson, writeLine } from '../../../plugin/cli/output.ts';
import { textTable } from '../../../plugin/cli/text-table.ts';
import { layOutBudgets } from '../../../plugin/views/budget/frame.ts';
import { INITIAL_STATE } from '../../../plugin/views/budget/reducer.ts';
import { drainNarrator } from '../../../plugin/views/drain/narration/narrate.ts';
import { plainReporter } from '../../../plugin/views/narration/plain.ts';
import { rolloutNarrator } from '../../../plugin/views/rollout/narration/narrate.ts';
import { themeFor } from '../../../plugin/views/terminal/theme.ts';
import fc from '../../helpers/seed.ts';
import { reportOf } from '../budget/views/reports.ts';
import { manualClock } from './fixtures/clock.ts';
import { scriptedDrain } from './fixtures/drain.ts';
import { drainFrameInput, drainStateAfter, drawnDrain } from './fixtures/drain-frames.ts';
import { drawnLines, frameInput, inkLines, stateAfter } from './fixtures/frames.tsx';
import { scriptedRollout } from './fixtures/script.ts';
import { written } from './fixtures/sink.ts';
import { event, midway } from './fixtures/snapshots.ts';

/** What a terminal obeys, or nobody sees, but for the ends of lines. */
const OBEYED = /(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;
/** Colours, of which our own pictures and words consist. */
const OWN_COLOURS = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, 'g');
/** Several texts may stand in one line, and each is cut at 32 Ki characters. */
const LONGEST_LINE = 200_000;
const MEGABYTE = 1_000_000;
/** By which our own code tells one thing from another; they do not come from the cluster. */
const OWN_WORDS = new Set(['type', 'kind', 'state', 'outcome', 'about', 'mode', 'phase']);

const evils = fc.constantFrom(
  'x\u001b[2K\u001b[1A\r done',
  '\u001b]52;c;cm0gLXJmIH4K\u0007',
  '\u001b]8;;http://x\u001b\\link',
  '\u009b2J\u009d0;title\u009c',
  'a\nFORGED: all pods are updated\r\nb\u2028c\u0085d',
  '\u202egnp.exe\u2066\u200b\ufeff',
  `Z${'\u0301'.repeat(500)}`,
  '\ud800',
  '\u0000\u0007\b\t\v\f',
  'x'.repeat(MEGABYTE),
  '\u001b['.repeat(MEGABYTE / 2),
  '\n'.repeat(MEGABYTE),
);
const hostiles = fc.record({
  texts: fc.array(evils, { minLength: 1, maxLength: 4 }),
  each: fc.integer({ min: 1, max: 5 }),
});

/** A copy in which strings are hostile: every one, or one out of several. */
function hostile<T>(value: T, { texts, each }: { texts: readonly string[]; each: number }): T {
  let met = 0;
  const copy = (part: unknown, key: string): unknown => {
    if (typeof part === 'string' && !OWN_WORDS.has(key)) {
      met += 1;
      return met % each === 0 ? (texts[met % texts.length] ?? part) : part;
    }
    if (Array.isArray(part)) return part.map((item) => copy(item, key));
    if (typeof part !== 'object' || part === null) return part;
    return Object.fromEntries(Object.entries(part).map(([name, item]) => [name, copy(item, name)]));
  };
  return copy(value, '') as T;
}

function assertHarmless(text: string): void {
  const bare = text.replaceAll(OWN_COLOURS, '');
  assert.doesNotMatch(bare, OBEYED);
  assert.ok(bare.split('\n').every((line) => line.length <= LONGEST_LINE));
}

const ROLLOUT = scriptedRollout({ podsPerZone: 2, maxUnavailable: 2, hanging: ['ingester-1'] });
const DRAIN = scriptedDrain();
const RUNS = { numRuns: 12 };
const draws = (lines: readonly string[]) => assertHarmless(lines.join('\n'));

function sink(write: (stream: Writable) => void): string {
  let text = '';
  const stream = new Writable({
    write(chunk, _, done) {
      text += String(chunk);
      done();
    },
  });
  write(stream);
  return text;
}

describe('no control character but our own reaches the terminal', () => {
  it('in the lines of a rollout and of a drain', async () => {
    for (const colour of [false, true]) {
      const options = { colour, clock: manualClock() };
      await fc.assert(
        fc.asyncProperty(hostiles, async (how) => {
          const rollout = await written(
            (stdout) => plainReporter(rolloutNarrator, { stdout, ...options }),
            hostile(ROLLOUT, how),
          );
          assertHarmless(rollout);
          const drain = await written(
            (stdout) => plainReporter(drainNarrator(undefined), { stdout, ...options }),
            hostile(DRAIN, how),
          );
          assertHarmless(drain);
        }),
        RUNS,
      );
    }
  });

  it('in the pictures of a rollout, a drain and budgets', () => {
    const theme = themeFor({ LANG: 'C.UTF-8' });
    fc.assert(
      fc.property(hostiles, (how) => {
        const snapshot = hostile(midway(), how);
        const state = stateAfter([event(0, { type: 'snapshot', snapshot })]);
        draws(drawnLines(frameInput(state)));
        draws(drawnDrain(drainFrameInput(drainStateAfter(hostile(DRAIN.slice(0, 12), how)))));
        const budgets = { ...INITIAL_STATE, reports: [hostile(reportOf(), how)] };
        const surface = { size: { columns: 80, rows: 24 }, theme, keys: true, nowMs: 0 };
        const title = how.texts[0] ?? '';
        draws(inkLines(layOutBudgets({ state: budgets, title, namespaces: true, ...surface }), surface));
      }),
      RUNS,
    );
  });

  it('in lines, tables, documents, errors and JSON', () => {
    fc.assert(
      fc.property(hostiles, ({ texts }) => {
        const [message = '', fix = '', stack = ''] = texts;
        assertHarmless(sink((stream) => writeLine(stream, message)));
        assertHarmless(sink((stream) => writeError(stream, { message, fix, stack })));
        for (const line of textTable([texts, texts]))
          assertHarmless(sink((stream) => writeLine(stream, line)));
        assert.doesNotMatch(sink((stream) => writeDocument(stream, message)).replaceAll('\t', ''), OBEYED);
        assert.doesNotMatch(
          sink((stream) => writeJson(stream, { [message]: fix })),
          OBEYED,
        );
      }),
      RUNS,
    );
  });
});
