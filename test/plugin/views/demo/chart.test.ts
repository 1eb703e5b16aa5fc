import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { chartLines, formatWrites, timeAxis } from '../../../../plugin/views/demo/chart.ts';
import { glyphsFor } from '../../../../plugin/views/demo/glyphs.ts';
import { rowsFor, scaleFor } from '../../../../plugin/views/demo/scale.ts';
import { type Line, lineWidth } from '../../../../plugin/views/terminal/line.ts';
import fc from '../../../helpers/seed.ts';

const UNICODE = glyphsFor({ ellipsis: '…' });
const ASCII = glyphsFor({ ellipsis: '..' });
const CAPACITY = 3_600;
const THREE = { rowWrites: 1_200, rowsBelow: 3 };

const textOf = (line: Line) => line.map(({ text }) => text).join('');

function draw(values: readonly (number | undefined)[], most = 20, glyphs = UNICODE): string[] {
  return chartLines({ values, capacity: CAPACITY, scale: THREE, most }, glyphs).map(textOf);
}

describe('chartLines', () => {
  it('draws a bar for each value, and the capacity as a line between the rows', () => {
    assert.deepEqual(draw([undefined, 0, 600, 1_200, 3_600, 4_200]), [
      '  4,200 │     ▄',
      '  3,600 │┄┄┄┄┄█',
      '        │    ██',
      '        │    ██',
      '        │  ▄███',
    ]);
  });

  it('draws with three levels in ASCII', () => {
    assert.deepEqual(
      draw([400, 800, 1_200], 20, ASCII),
      ['  3,600 |---', '        |', '        |', '        |.:#'].map((line, index) =>
        index === 1 || index === 2 ? `${line}   ` : line,
      ),
    );
  });

  it('never makes a value below the capacity look as if it were at it, nor one above as if it were not', () => {
    assert.deepEqual(draw([3_599, 3_601]).slice(0, 3), ['  3,601 │ ▁', '  3,600 │┄█', '        │▇█']);
  });

  it('cuts off what is higher than there is room for, and keeps the number', () => {
    const lines = draw([9_000], 6);
    assert.equal(lines.length, 6);
    assert.equal(lines[0], '  9,000 │█');
  });

  it('draws rows of the same width, as many as the scale says', () => {
    fc.assert(
      fc.property(
        fc.array(fc.option(fc.integer({ min: 0, max: 20_000 }), { nil: undefined }), { minLength: 1 }),
        fc.integer({ min: 1, max: 40 }),
        (values, room) => {
          const peak = Math.max(0, ...values.map((value) => value ?? 0));
          const scale = scaleFor(CAPACITY, [peak], room);
          const lines = chartLines({ values, capacity: CAPACITY, scale, most: 1_000 }, UNICODE);
          assert.equal(lines.length, rowsFor(scale, peak) + 1);
          assert.ok(lines.every((line) => lineWidth(line) === values.length + 9));
        },
      ),
    );
  });
});

describe('scaleFor', () => {
  it('is the finest that fits, down to one row for the capacity', () => {
    const rowsBelow = (room: number) => scaleFor(CAPACITY, [8_167, 3_500], room).rowsBelow;
    assert.deepEqual([10, 9, 7, 6, 1].map(rowsBelow), [3, 2, 2, 1, 1]);
  });
});

describe('timeAxis', () => {
  it('has minutes at round steps, far enough from each other', () => {
    assert.deepEqual(timeAxis(35 * 60_000, 70, UNICODE).map(textOf), [
      `        └${'─'.repeat(70)}`,
      '         0                   10m                 20m                 30m',
    ]);
    assert.equal(timeAxis(120_000, 30, ASCII).map(textOf)[1]?.trim(), '0              1m');
  });
});

describe('formatWrites', () => {
  it('sets thousands apart and rounds', () => {
    assert.deepEqual([0, 999, 1_166.7, 2_607_687, 1_000_000].map(formatWrites), [
      '0',
      '999',
      '1,167',
      '2,607,687',
      '1,000,000',
    ]);
  });
});
