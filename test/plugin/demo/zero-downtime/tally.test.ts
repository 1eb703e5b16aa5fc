import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { proves } from '../../../../plugin/demo/zero-downtime/play.ts';
import {
  CONNECTIONS,
  type Code,
  counted,
  failuresIn,
  NOTHING,
  requestsIn,
  type Tally,
} from '../../../../plugin/demo/zero-downtime/tally.ts';
import fc from '../../../helpers/seed.ts';

function tallyOf(...codes: Code[]): Tally {
  return codes.reduce((tally, code) => counted(tally, { connection: 'fresh', code, tookMs: 1 }), NOTHING);
}

describe('a tally of requests', () => {
  it('counts by code and connection, and keeps the slowest', () => {
    const tally = [
      { connection: 'fresh', code: 'none', tookMs: 5 },
      { connection: 'fresh', code: 200, tookMs: 9 },
      { connection: 'kept-alive', code: 200, tookMs: 4 },
      { connection: 'fresh', code: 502, tookMs: 2 },
    ] as const;
    assert.deepEqual(
      tally.reduce((sum, sample) => counted(sum, sample), NOTHING),
      [
        { code: 200, count: { fresh: 1, 'kept-alive': 1 }, slowestMs: 9 },
        { code: 502, count: { fresh: 1, 'kept-alive': 0 }, slowestMs: 2 },
        { code: 'none', count: { fresh: 1, 'kept-alive': 0 }, slowestMs: 5 },
      ],
    );
  });

  it('loses no request', () => {
    const sample = fc.record({
      connection: fc.constantFrom(...CONNECTIONS),
      code: fc.constantFrom<Code>(200, 502, 503, 504, 'none'),
      tookMs: fc.nat(),
    });
    fc.assert(
      fc.property(fc.array(sample), (samples) => {
        const tally = samples.reduce((sum, each) => counted(sum, each), NOTHING);
        assert.equal(requestsIn(tally), samples.length);
        assert.equal(failuresIn(tally), samples.filter(({ code }) => code !== 200).length);
      }),
    );
  });
});

describe('the proof', () => {
  const tallies = { found: tallyOf(200, 502), mending: tallyOf(200, 504), mended: tallyOf(200, 200) };

  it('is that requests fail at the load balancer as deployed, and none do afterwards', () => {
    assert.ok(proves(tallies));
    assert.ok(proves({ ...tallies, found: tallyOf(200, 504) }));
  });

  it('is none when nothing failed before, or something else did', () => {
    assert.ok(!proves({ ...tallies, found: tallyOf(200) }));
    assert.ok(!proves({ ...tallies, found: tallyOf(200, 'none') }));
  });

  it('is none when anything fails afterwards, or nobody asked', () => {
    for (const code of [404, 502, 503, 504, 'none'] as const) {
      assert.ok(!proves({ ...tallies, mended: tallyOf(200, code) }), String(code));
    }
    assert.ok(!proves({ ...tallies, mended: NOTHING }));
  });
});
