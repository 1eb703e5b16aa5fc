import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { quietInMs } from '../../../webhook/status/quiet.ts';

const NOW_MS = 1_000_000;
const reserved = (...agesMs: number[]) => agesMs.map((ageMs) => ({ timeMs: NOW_MS - ageMs }));

describe('how long a count waits', () => {
  it('not at all without reservations, or with old ones', () => {
    assert.equal(quietInMs([], NOW_MS, NOW_MS), 0);
    assert.equal(quietInMs(reserved(60_000, 5_000), NOW_MS, NOW_MS), 0);
  });

  it('until the newest reservation has some age, wherever it stands', () => {
    const alone = quietInMs(reserved(10), NOW_MS, NOW_MS);
    assert.ok(alone > 0);
    assert.equal(quietInMs(reserved(10, 60_000), NOW_MS, NOW_MS), alone);
    assert.equal(quietInMs(reserved(60_000, 10), NOW_MS, NOW_MS), alone);
  });

  it('never long, whatever the clocks of those who wrote the reservations say', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -10_000, max: 10_000 })), fc.nat(5_000), (agesMs, waitedMs) => {
        const sinceMs = NOW_MS - waitedMs;
        const waitMs = quietInMs(reserved(...agesMs), sinceMs, NOW_MS);
        assert.ok(waitMs >= 0 && waitMs + waitedMs <= Math.max(waitedMs, 2_000), `${waitMs}`);
      }),
    );
  });
});
