import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ClockSkew } from '../../../shared/kube/clock-skew.ts';
import fc from '../../helpers/seed.ts';

/** What a server whose clock is ahead by so much writes at this moment of ours. */
const dateAt = (nowMs: number, aheadMs: number) => new Date(nowMs + aheadMs).toUTCString();
const START_MS = Date.UTC(2026, 0, 1);

describe('the skew of the API server', () => {
  it('is within half a second of the truth, plus how long an answer took', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -9e6, max: 9e6 }),
        fc.nat(999),
        fc.nat(200),
        (aheadMs, phaseMs, tookMs) => {
          const skew = new ClockSkew();
          const sentMs = START_MS + phaseMs;
          skew.observe(dateAt(sentMs + tookMs / 2, aheadMs), sentMs, sentMs + tookMs);
          assert.ok(Math.abs(skew.ms - aheadMs) <= 500 + tookMs / 2 + 1);
        },
      ),
    );
  });

  it('is the same for every answer once it agrees with all of them', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -9e6, max: 9e6 }),
        fc.array(fc.nat(5_000), { minLength: 2 }),
        (aheadMs, waits) => {
          const skew = new ClockSkew();
          const seen: number[] = [];
          for (const round of [1, 2]) {
            let nowMs = START_MS;
            for (const waitMs of waits) {
              nowMs += waitMs;
              skew.observe(dateAt(nowMs, aheadMs), nowMs, nowMs);
              seen.push(skew.ms);
            }
            if (round === 1) seen.length = 0;
          }
          const moved = Math.max(...seen) - Math.min(...seen);
          assert.ok(moved <= 1, `it moved by ${moved} ms`);
        },
      ),
    );
  });

  it('follows a clock that was set', () => {
    const skew = new ClockSkew();
    skew.observe(dateAt(START_MS, 0), START_MS, START_MS);
    skew.observe(dateAt(START_MS, 60_000), START_MS, START_MS);
    assert.ok(Math.abs(skew.ms - 60_000) <= 500);
  });

  it('is 0 before the first answer, and passes over what is no date', () => {
    const skew = new ClockSkew();
    skew.observe(undefined, START_MS, START_MS);
    skew.observe('soon', START_MS, START_MS);
    assert.equal(skew.ms, 0);
  });
});
