import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { StoreFigures } from '../../../../plugin/demo/flush/events.ts';
import { figureLines } from '../../../../plugin/views/demo/figures.ts';

const GOOD: StoreFigures = {
  peakWritesPerSecond: 3_500,
  overrunMs: 0,
  writesLost: 0,
  mostFlushing: 1,
  mostZonesFlushing: 1,
  tookMs: 1_800_000,
};
const BAD: StoreFigures = { ...GOOD, overrunMs: 60_000, writesLost: 1_000, tookMs: 600_000 };

const verdict = (zone: StoreFigures, exitCode: 0 | 1 | 3) =>
  figureLines({ figures: { plain: BAD, zone }, exitCode }, 3_600)
    .slice(8)
    .join(' ');

describe('what the figures say', () => {
  it('has the price beside the gain', () => {
    assert.equal(
      verdict(GOOD, 0),
      'the plain rolling update lost 1,000 writes; kubectl zone took 20m 00s longer and lost none',
    );
  });

  it('does not hide that ours overran the store, or did not finish', () => {
    assert.equal(verdict(BAD, 1), 'kubectl zone overran the store: 1,000 writes lost');
    assert.equal(verdict({ ...GOOD, tookMs: undefined }, 0), 'kubectl zone did not finish');
    assert.equal(verdict(GOOD, 3), 'kubectl zone did not finish');
  });
});
