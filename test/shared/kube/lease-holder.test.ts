import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { believedForMs, seeHolder, shownForMs } from '../../../shared/kube/lease-holder.ts';
import { readLease } from '../../../shared/kube/objects.ts';

const NOW_MS = Date.parse('2026-03-01T09:00:00Z');
const LEAST_MS = 15_000;

/** A Lease that was renewed so long before `NOW_MS`, by its holder's clock. */
const lease = (renewedBeforeMs: number, holderIdentity = 'ann@laptop/1/x') =>
  readLease({
    metadata: { name: 'l', namespace: 'prod' },
    spec: {
      holderIdentity,
      leaseDurationSeconds: 15,
      renewTime: new Date(NOW_MS - renewedBeforeMs).toISOString(),
    },
  });
const at = (nowMs: number) => ({ nowMs, serverNowMs: NOW_MS + nowMs });

describe('a holder that is shown', () => {
  it('goes by the times in the Lease before a renewal could have been seen', () => {
    assert.equal(shownForMs(seeHolder(undefined, lease(5_000), 0), LEAST_MS, at(0)), 10_000);
    assert.equal(shownForMs(seeHolder(undefined, lease(16_000), 0), LEAST_MS, at(0)), 0);
  });

  it('with a clock an hour ahead is not shown longer than its Lease lasts', () => {
    const sight = seeHolder(undefined, lease(-3_600_000), 0);
    assert.equal(shownForMs(sight, LEAST_MS, at(0)), 15_000);
    assert.equal(shownForMs(sight, LEAST_MS, at(15_000)), 0);
  });

  it('with a clock an hour behind is shown as soon as it renews', () => {
    const sight = seeHolder(seeHolder(undefined, lease(3_600_000), 0), lease(3_595_000), 5_000);
    assert.equal(shownForMs(sight, LEAST_MS, at(5_000)), 15_000);
    assert.equal(believedForMs(sight, LEAST_MS, 19_999), 1);
    assert.equal(shownForMs(sight, LEAST_MS, at(20_000)), 0);
  });

  it('is nobody after it has given the Lease back', () => {
    const sight = seeHolder(seeHolder(undefined, lease(0), 0), lease(0, ''), 1_000);
    assert.equal(shownForMs(sight, LEAST_MS, at(1_000)), 0);
  });
});
