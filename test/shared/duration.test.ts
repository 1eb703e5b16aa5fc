import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseDuration } from '../../shared/duration.ts';

describe('durations', () => {
  it("reads what kubectl's flags take", () => {
    const cases: [string, number][] = [
      ['0', 0],
      ['0s', 0],
      ['250ms', 250],
      ['30s', 30_000],
      ['1.5m', 90_000],
      ['1h30m', 5_400_000],
      ['2h45m10s', 9_910_000],
    ];
    for (const [text, durationMs] of cases) assert.equal(parseDuration(text), durationMs, text);
  });

  it('does not guess', () => {
    for (const text of ['', '30', '5 m', 'm', '-1s', '1d', '1h 30m', '1e3s', 'soon', '9999999999999h']) {
      assert.equal(parseDuration(text), undefined, text);
    }
  });
});
