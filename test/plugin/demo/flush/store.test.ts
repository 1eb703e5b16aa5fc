import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  EMPTY_RECORD,
  recorded,
  type SideRecord,
  type TimedLoad,
} from '../../../../plugin/demo/flush/record.ts';
import { cortexScenario, demandOf } from '../../../../plugin/demo/flush/scenario.ts';
import { peakBetween, storeFigures } from '../../../../plugin/demo/flush/store.ts';
import { writesWhile } from '../../../../plugin/plan/decide/store-load.ts';
import fc from '../../../helpers/seed.ts';

const ZONES = ['zone-a', 'zone-b', 'zone-c'];
const MINUTE_MS = 60_000;
const DEMAND = demandOf(cortexScenario(3));

function loadAt(minutes: number, flushing: number): TimedLoad {
  return {
    atMs: minutes * MINUTE_MS,
    flushing,
    zones: ZONES.slice(0, flushing),
    writesPerSecond: writesWhile(DEMAND, flushing),
  };
}

function sideOf(...loads: TimedLoad[]): SideRecord {
  return { loads, settledAtMs: undefined };
}

describe('the store of three ingesters', () => {
  it('has the figures of Weaveworks', () => {
    assert.deepEqual(
      [0, 1, 3].map((flushing) => Math.round(writesWhile(DEMAND, flushing))),
      [1_167, 3_500, 8_167],
    );
  });

  it('asks each ingester for the same writes, however many share the series', () => {
    const many = demandOf(cortexScenario(12));
    assert.ok(Math.abs(many.writesPerFlush - DEMAND.writesPerFlush) < 1e-6);
    assert.equal(many.steadyWrites, DEMAND.steadyWrites);
  });
});

describe('storeFigures', () => {
  it('counts what is above the capacity as lost, for as long as it lasts', () => {
    const side = sideOf(loadAt(0, 0), loadAt(1, 1), loadAt(2, 3), loadAt(4, 0));
    const figures = storeFigures(side, 3_600, 10 * MINUTE_MS);
    assert.deepEqual(
      { ...figures, peakWritesPerSecond: Math.round(figures.peakWritesPerSecond) },
      {
        peakWritesPerSecond: 8_167,
        overrunMs: 2 * MINUTE_MS,
        writesLost: (DEMAND.steadyWrites + 3 * DEMAND.writesPerFlush - 3_600) * 120,
        mostFlushing: 3,
        mostZonesFlushing: 3,
        tookMs: undefined,
      },
    );
  });

  it('lets the last load go on until now', () => {
    const side = sideOf(loadAt(0, 3));
    assert.equal(storeFigures(side, 3_600, 7 * MINUTE_MS).overrunMs, 7 * MINUTE_MS);
  });

  it('has nothing to say of a side that nobody has seen', () => {
    const { peakWritesPerSecond, writesLost, tookMs } = storeFigures(sideOf(), 3_600, MINUTE_MS);
    assert.deepEqual(
      { peakWritesPerSecond, writesLost, tookMs },
      { peakWritesPerSecond: 0, writesLost: 0, tookMs: undefined },
    );
  });

  it('measures the time from the first look to the last flush', () => {
    const side = { ...sideOf(loadAt(1, 1), loadAt(2, 0)), settledAtMs: 5 * MINUTE_MS };
    assert.equal(storeFigures(side, 3_600, 9 * MINUTE_MS).tookMs, 4 * MINUTE_MS);
  });

  it('loses writes exactly when the peak is above the capacity', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({ minutes: fc.integer({ min: 1, max: 60 }), flushing: fc.integer({ min: 0, max: 3 }) }),
        ),
        fc.integer({ min: 1_000, max: 9_000 }),
        (steps, capacity) => {
          let minutes = 0;
          const loads = steps.map((step) => {
            const load = loadAt(minutes, step.flushing);
            minutes += step.minutes;
            return load;
          });
          const figures = storeFigures(sideOf(...loads), capacity, minutes * MINUTE_MS);
          assert.equal(figures.writesLost > 0, figures.peakWritesPerSecond > capacity);
          assert.equal(figures.overrunMs > 0, figures.peakWritesPerSecond > capacity);
          assert.equal(peakBetween(loads, 0, minutes * MINUTE_MS) ?? 0, figures.peakWritesPerSecond);
        },
      ),
    );
  });
});

describe('peakBetween', () => {
  const loads = [loadAt(1, 0), loadAt(2, 3), loadAt(3, 1)];
  const peak = (from: number, to: number) => peakBetween(loads, from * MINUTE_MS, to * MINUTE_MS);

  it('finds the most within a time, also what began before it and ends after it', () => {
    assert.equal(peak(1, 5), loads[1]?.writesPerSecond);
    assert.equal(peak(2.4, 2.6), loads[1]?.writesPerSecond);
    assert.equal(peak(3, 4), loads[2]?.writesPerSecond);
    assert.equal(peak(1, 2), loads[0]?.writesPerSecond);
  });

  it('knows nothing of the time before the first load, nor of a time that is not there yet', () => {
    assert.equal(peak(0, 1), undefined);
    assert.equal(peak(5, 4), undefined);
  });
});

describe('the record', () => {
  it('keeps the loads of each side and when it settled', () => {
    const { atMs, ...load } = loadAt(1, 1);
    const once = recorded(EMPTY_RECORD, { atMs, type: 'load', side: 'zone', ...load });
    const twice = recorded(once, { atMs: 9, type: 'settled', side: 'zone' });
    assert.deepEqual(twice, {
      plain: { loads: [], settledAtMs: undefined },
      zone: { loads: [{ atMs, ...load }], settledAtMs: 9 },
    });
    assert.equal(recorded(twice, { atMs: 10, type: 'said', line: 'wave 1' }), twice);
  });
});
