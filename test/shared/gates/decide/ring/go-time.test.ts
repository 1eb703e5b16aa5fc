import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseGoTime } from '../../../../../shared/gates/decide/ring/go-time.ts';
import fc from '../../../../helpers/seed.ts';

describe('a time as Go writes it', () => {
  it('is read in both forms, in any zone', () => {
    const atMs = Date.UTC(2026, 1, 28, 23, 59, 58);
    for (const text of [
      '2026-02-28T23:59:58Z',
      '2026-03-01T05:29:58+05:30',
      '2026-02-28 23:59:58 +0000 UTC',
      '2026-02-28 15:59:58 -0800 PST',
      '2026-03-01 05:29:58 +0530 +0530',
    ]) {
      assert.equal(parseGoTime(text), atMs, text);
    }
    assert.equal(parseGoTime('2026-02-28T23:59:58.987654321Z'), atMs + 987);
    assert.equal(parseGoTime('2026-02-28 23:59:58.5 +0000 UTC m=+0.1'), atMs + 500);
  });

  it('is nothing else: not the zero time, and no day that does not exist', () => {
    for (const text of [
      '0001-01-01T00:00:00Z',
      '0001-01-01 00:00:00 +0000 UTC',
      '',
      'now',
      '2026-02-28',
      '2026-13-01T00:00:00Z',
      '1767225600',
      'Thu Jan 1 12:00:00 2026',
    ]) {
      assert.equal(parseGoTime(text), undefined, text);
    }
  });

  it('is the same in either form', () => {
    const noInvalidDate = { noInvalidDate: true, min: new Date(0), max: new Date(4e12) };
    fc.assert(
      fc.property(fc.date(noInvalidDate), (date) => {
        const text = date.toISOString();
        const printed = `${text.slice(0, 10)} ${text.slice(11, 23)} +0000 UTC`;
        assert.equal(parseGoTime(text), date.getTime());
        assert.equal(parseGoTime(printed), date.getTime());
      }),
    );
  });
});
