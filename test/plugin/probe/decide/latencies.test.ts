import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { NO_LATENCIES, percentile, withLatency } from '../../../../plugin/probe/decide/latencies.ts';
import fc from '../../../helpers/seed.ts';

describe('latencies', () => {
  it('have no percentile before the first answer', () =>
    assert.equal(percentile(NO_LATENCIES, 0.5), undefined));

  it('give percentiles that are at most a tenth too long, and never above the slowest', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 60_000 }), { minLength: 1, maxLength: 200 }),
        fc.constantFrom(0.5, 0.9, 0.99, 1),
        (times, share) => {
          const latencies = times.reduce(withLatency, NO_LATENCIES);
          const exact = times.sort((a, b) => a - b)[Math.ceil(share * times.length) - 1] ?? 0;
          const told = percentile(latencies, share) ?? Number.NaN;
          assert.ok(told >= exact - 0.5, `${told} for ${exact}`);
          assert.ok(told <= Math.max(1, exact * 1.1 + 0.5), `${told} for ${exact}`);
          assert.ok(told <= Math.max(...times));
          assert.equal(latencies.slowestMs, Math.max(...times));
        },
      ),
    );
  });
});
