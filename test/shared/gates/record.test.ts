import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type GateRecord, isFresh, statesAt } from '../../../shared/gates/record.ts';
import fc from '../../helpers/seed.ts';

const TIMES = { freshForMs: 10_000, timeoutMs: 5_000 };
const START_MS = Date.UTC(2026, 0, 1);
/** So long after the start. */
const after = (ms: number) => ({ wallMs: START_MS + ms, monotonicMs: ms });

function record(changes: Partial<GateRecord> = {}): GateRecord {
  return {
    source: 'CloudWatch',
    names: ['alarm a', 'alarm b'],
    since: after(0),
    answer: undefined,
    failure: undefined,
    ...changes,
  };
}

function answered(atMs: number): GateRecord['answer'] {
  return {
    at: after(atMs),
    states: [
      { name: 'alarm a', state: 'open', reason: 'OK' },
      { name: 'alarm b', state: 'open', reason: 'OK' },
    ],
  };
}

function reasonAfter(afterMs: number, failure: string | undefined): string | undefined {
  return statesAt(record({ failure }), after(afterMs), TIMES)[0]?.reason;
}

describe('the record of a gate source', () => {
  it('is unknown, gate by gate, before the first answer', () => {
    assert.deepEqual(statesAt(record(), after(0), TIMES), [
      { name: 'alarm a', state: 'unknown', reason: 'no answer from CloudWatch' },
      { name: 'alarm b', state: 'unknown', reason: 'no answer from CloudWatch' },
    ]);
  });

  it('says how long there has been no answer, in steps, and why', () => {
    assert.equal(reasonAfter(14_999, 'refused'), 'no answer from CloudWatch: refused');
    assert.equal(reasonAfter(15_000, 'refused'), 'no answer from CloudWatch for 15s: refused');
    assert.equal(reasonAfter(47_000, 'refused'), 'no answer from CloudWatch for 45s: refused');
    assert.equal(
      reasonAfter(179_000, undefined),
      'no answer from CloudWatch for 2m 00s; to continue without it, stop the rollout and run its command without this gate',
    );
  });

  it('keeps terminal control out of the reason', () => {
    assert.equal(reasonAfter(0, 'a\u001b[2Jb\nc'), 'no answer from CloudWatch: ab c');
  });

  it('keeps an answer while the next question may still be answered in time', () => {
    const waiting = record({ answer: answered(0) });
    assert.equal(isFresh(waiting, after(10_000), TIMES), true);
    assert.equal(isFresh(waiting, after(10_001), TIMES), false);
    assert.equal(statesAt(waiting, after(15_000), TIMES)[0]?.state, 'open');
    assert.equal(statesAt(waiting, after(15_001), TIMES)[0]?.state, 'unknown');
  });

  it('keeps a fresh answer after a failure, and no other', () => {
    const failing = record({ answer: answered(0), failure: 'refused' });
    assert.equal(statesAt(failing, after(10_000), TIMES)[0]?.state, 'open');
    assert.equal(statesAt(failing, after(10_001), TIMES)[0]?.state, 'unknown');
  });

  it('is never open on an answer that is too old, whatever happened', () => {
    const anyRecord = fc.record({
      ageMs: fc.integer({ min: 0, max: 60_000 }),
      failure: fc.option(fc.string(), { nil: undefined }),
      freshForMs: fc.integer({ min: 1, max: 20_000 }),
      timeoutMs: fc.integer({ min: 1, max: 20_000 }),
    });
    fc.assert(
      fc.property(anyRecord, ({ ageMs, failure, ...times }) => {
        const seen = statesAt(record({ answer: answered(0), failure }), after(ageMs), times);
        const graceMs = failure === undefined ? times.timeoutMs : 0;
        const expected = ageMs <= times.freshForMs + graceMs ? 'open' : 'unknown';
        assert.deepEqual(
          seen.map(({ state }) => state),
          [expected, expected],
        );
      }),
    );
  });
});
