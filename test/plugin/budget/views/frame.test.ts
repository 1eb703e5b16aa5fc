import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type BudgetFrameInput, layOutBudgets } from '../../../../plugin/views/budget/frame.ts';
import { INITIAL_STATE, reduce } from '../../../../plugin/views/budget/reducer.ts';
import { lineWidth } from '../../../../plugin/views/terminal/line.ts';
import { themeFor } from '../../../../plugin/views/terminal/theme.ts';
import fc from '../../../helpers/seed.ts';
import { wideText } from '../../views/fixtures/wide-text.ts';
import { reportOf } from './reports.ts';

function inputOf(change: Partial<BudgetFrameInput> = {}): BudgetFrameInput {
  return {
    state: { ...INITIAL_STATE, reports: [reportOf()] },
    title: 'zone disruption budgets of cortex',
    size: { columns: 100, rows: 24 },
    theme: themeFor({ LANG: 'C.UTF-8' }),
    namespaces: false,
    keys: true,
    ...change,
  };
}

const textOf = (input: BudgetFrameInput) =>
  layOutBudgets(input).map((line) =>
    line
      .map(({ text }) => text)
      .join('')
      .trimEnd(),
  );

describe('layOutBudgets', () => {
  it('shows only the problem of a budget that cannot be read', () => {
    const bad = reportOf({ malformed: true, zones: [], problem: 'it cannot be read: spec is not valid' });
    const state = { ...INITIAL_STATE, reports: [bad] };
    assert.deepEqual(textOf(inputOf({ state })).slice(2, 5), [
      'ingester',
      '  it cannot be read: spec is not valid',
      '',
    ]);
  });

  it('shows each zone with its pods, and how many may be evicted', () => {
    assert.deepEqual(textOf(inputOf()), [
      'zone disruption budgets of cortex',
      '',
      'ingester  at most 4 (33%) of 12 pods down, in one zone',
      '  zone-a  4/4 healthy  ●●●●  0 allowed',
      '  zone-b  3/4 healthy  ●●◐✗  2 allowed  reserved: ingester-1  ingester-4 (ImagePullBackOff)',
      '  zone-c  4/4 healthy  ●●●●  0 allowed',
      '',
      '● healthy  ◐ reserved  ✗ down',
      'q quit',
    ]);
  });

  it('says that there is nothing to show', () => {
    assert.equal(textOf(inputOf({ state: INITIAL_STATE }))[1], 'reading the cluster…');
    const none = { ...INITIAL_STATE, reports: [] };
    assert.equal(textOf(inputOf({ state: none }))[1], 'no zone disruption budgets');
  });

  it('warns that the view may be outdated until the watch is restored', () => {
    const lost = reduce(inputOf().state, {
      type: 'event',
      event: { type: 'lost', atMs: 0, reason: 'reset' },
    });
    assert.ok(textOf(inputOf({ state: lost })).includes('possibly outdated, the watch is broken: reset'));
    const back = reduce(lost, { type: 'event', event: { type: 'restored', atMs: 0 } });
    assert.deepEqual(textOf(inputOf({ state: back })), textOf(inputOf()));
  });

  it('shows budgets with problems first if not all fit', () => {
    const quiet = reportOf().zones.map((zone) => ({ ...zone, unavailable: [], reserved: [], healthy: 4 }));
    const reports = ['a', 'b', 'c', 'd', 'e'].map((name) => reportOf({ name, zones: quiet }));
    const state = { ...INITIAL_STATE, reports: [...reports, reportOf({ name: 'z' })] };
    const lines = textOf(inputOf({ state, size: { columns: 100, rows: 16 } }));
    assert.ok(lines.some((line) => line.startsWith('z  at most')));
    assert.ok(lines.includes('and 4 more budgets not shown'), lines.join('\n'));
  });

  it('fits every terminal, and shows problems for any number of pods', () => {
    fc.assert(
      fc.property(
        fc.nat({ max: 200 }),
        fc.nat({ max: 60 }),
        fc.nat({ max: 2000 }),
        fc.nat({ max: 20 }),
        wideText,
        (columns, rows, pods, budgets, text) => {
          const unavailable = [{ pod: text, why: text }];
          const zones = [
            { zone: text, expected: pods + 1, healthy: pods, unavailable, reserved: [text], allowed: 0 },
          ];
          const reports = Array.from({ length: budgets + 1 }, (_, index) =>
            reportOf({ name: `b${index}`, zones }),
          );
          const frame = layOutBudgets(
            inputOf({ state: { ...INITIAL_STATE, reports }, size: { columns, rows } }),
          );
          assert.ok(frame.length <= Math.max(1, rows - 1));
          for (const line of frame) assert.ok(lineWidth(line) <= Math.max(1, columns - 1));
        },
      ),
    );
    const zones = [{ zone: 'z', expected: 900, healthy: 899, unavailable: [], reserved: [], allowed: 0 }];
    const state = { ...INITIAL_STATE, reports: [reportOf({ zones })] };
    assert.match(textOf(inputOf({ state })).join('\n'), /●✗ /);
  });
});
