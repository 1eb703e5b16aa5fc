import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { quietInMs } from '../../../webhook/status/quiet.ts';
import fc from '../../helpers/seed.ts';

describe('how long a count waits', () => {
  it('not at all without reservations, or with old ones', () => {
    assert.equal(quietInMs(undefined, 0), 0);
    assert.equal(quietInMs(5_000, 0), 0);
  });

  it('until the newest reservation has some age', () => {
    assert.ok(quietInMs(10, 0) > 0);
  });

  it('never long, however new the reservations are', () => {
    fc.assert(
      fc.property(fc.nat(10_000), fc.nat(5_000), (ageMs, waitedMs) => {
        const waitMs = quietInMs(ageMs, waitedMs);
        assert.ok(waitMs >= 0 && waitMs + waitedMs <= Math.max(waitedMs, 2_000), `${waitMs}`);
      }),
    );
  });
});
