import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  EMPTY_LINE,
  fitted,
  type TimeLine,
  withMark,
  withSample,
} from '../../../../plugin/probe/decide/time-line.ts';
import fc from '../../../helpers/seed.ts';
import { sample } from './results.ts';

const START_MS = 50_000;

function lineOf(seconds: number, failedIn: ReadonlySet<number> = new Set()): TimeLine {
  let line = EMPTY_LINE;
  for (let second = 0; second < seconds; second += 1) {
    const failed = failedIn.has(second) ? 1 : 0;
    line = withSample(line, sample({ failed }), START_MS + (second + 1) * 1_000);
  }
  return line;
}

describe('time line', () => {
  it('has a cell for each second, in which the failures are', () => {
    const line = lineOf(5, new Set([3]));
    assert.deepEqual(
      line.cells.map(({ failed }) => failed),
      [0, 0, 0, 1, 0],
    );
    assert.equal(line.startMs, START_MS);
  });

  it('leaves cells empty in which nothing was told', () => {
    const line = withSample(lineOf(1), sample(), START_MS + 4_000);
    assert.deepEqual(
      line.cells.map(({ requests, slowestMs }) => [requests, slowestMs]),
      [
        [20, 40],
        [0, undefined],
        [0, undefined],
        [20, 40],
      ],
    );
  });

  it('does not grow without an end, also when a machine slept', () => {
    const slept = withSample(lineOf(3), sample(), START_MS + 86_400_000);
    assert.ok(slept.cells.length <= 120);
    assert.equal(
      slept.cells.reduce((sum, { requests }) => sum + requests, 0),
      80,
    );
  });

  it('forgets no request and no failure, whatever it is fitted into', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 400 }), fc.integer({ min: 1, max: 130 }), (seconds, width) => {
        const line = fitted(lineOf(seconds, new Set([0, seconds - 1])), width);
        assert.ok(line.cells.length <= width);
        const sum = (what: 'requests' | 'failed') =>
          line.cells.reduce((total, cell) => total + cell[what], 0);
        assert.equal(sum('requests'), 20 * seconds);
        assert.equal(sum('failed'), seconds === 1 ? 1 : 2);
      }),
      { numRuns: 30 },
    );
  });

  it('takes a sample of a clock that was set back into its last cell', () => {
    const line = withSample(lineOf(3), sample({ failed: 7 }), START_MS - 60_000);
    assert.deepEqual(
      line.cells.map(({ failed }) => failed),
      [0, 0, 7],
    );
  });

  it('keeps marks with their times', () => {
    const mark = { atMs: START_MS + 500, label: '1' };
    assert.deepEqual(withMark(lineOf(1), mark).marks, [mark]);
  });
});
