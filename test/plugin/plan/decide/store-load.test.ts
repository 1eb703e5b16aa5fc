import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  type HeldSeries,
  safeFlushes,
  shortestSafeFlushMs,
  storeLoad,
  writesWhile,
} from '../../../../plugin/plan/decide/store-load.ts';
import fc from '../../../helpers/seed.ts';

const MINUTE_MS = 60_000;
const INGESTERS = 3;
const CORTEX: HeldSeries = {
  series: 600_000,
  chunkAgeMs: 60 * MINUTE_MS,
  entriesPerChunk: 7,
  flushMs: 10 * MINUTE_MS,
};

/** Rounded to two digits, like the published figures. */
const told = (rate: number) => Number(rate.toPrecision(2));

describe("Weaveworks' Cortex figures", () => {
  const load = storeLoad(CORTEX, INGESTERS);

  it('are 170 chunks/s and 1,200 writes/s in steady state', () => {
    assert.equal(told(load.steadyChunks), 170);
    assert.equal(told(load.steadyWrites), 1200);
  });

  it('are 2,300 writes/s more for one ingester that flushes in 10 minutes', () => {
    assert.equal(told(load.writesPerFlush), 2300);
  });

  it('are 8,200 writes/s with all three at once, and 3,500 one at a time', () => {
    assert.equal(told(writesWhile(load, 3)), 8200);
    assert.equal(writesWhile(load, 1), 3500);
    assert.equal(told(writesWhile(load, 0)), 1200);
  });

  it('give the number that may flush together', () => {
    assert.deepEqual(
      [3499, 3500, 5833, 5834, 8167].map((capacity) => safeFlushes(load, capacity)),
      [0, 1, 1, 2, 3],
    );
    assert.equal(safeFlushes(load, 100), 0);
  });

  it('give the shortest safe flush time of one', () => {
    const { flushMs } = CORTEX;
    assert.equal(shortestSafeFlushMs(load, flushMs, 3500), flushMs);
    const shortestMs = shortestSafeFlushMs(load, flushMs, 2000);
    assert.ok(shortestMs !== undefined);
    assert.equal(safeFlushes(storeLoad({ ...CORTEX, flushMs: shortestMs }, INGESTERS), 2000), 1);
    assert.equal(safeFlushes(storeLoad({ ...CORTEX, flushMs: shortestMs * 0.99 }, INGESTERS), 2000), 0);
    assert.equal(shortestSafeFlushMs(load, flushMs, 1000), undefined);
  });
});

describe('the safe number of flushes', () => {
  it('is the largest that the capacity covers', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 10_000_000 }),
        fc.integer({ min: 1, max: 300 }),
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 1, max: 100_000 }),
        (series, ingesters, entriesPerChunk, capacity) => {
          const load = storeLoad({ ...CORTEX, series, entriesPerChunk }, ingesters);
          const safe = safeFlushes(load, capacity);
          const slack = 1e-6 * (capacity + load.writesPerFlush);
          if (safe > 0) assert.ok(writesWhile(load, safe) <= capacity + slack);
          assert.ok(writesWhile(load, safe + 1) > capacity - slack);
        },
      ),
    );
  });
});
