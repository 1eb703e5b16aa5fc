import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { UsageError } from '../../../plugin/cli/errors.ts';
import { givenLoad } from '../../../plugin/plan/load-options.ts';

const COMPLETE = { series: '600000', 'chunk-age': '1h', 'entries-per-chunk': '7', 'flush-time': '10m' };

describe('the flags of a plan', () => {
  it('are optional', () => {
    assert.deepEqual(givenLoad({}), {
      startMs: undefined,
      flushMs: undefined,
      held: undefined,
      capacity: undefined,
    });
  });

  it('are durations and the series of ingesters', () => {
    assert.deepEqual(givenLoad({ 'start-time': '90s', 'flush-time': '0' }), {
      startMs: 90_000,
      flushMs: 0,
      held: undefined,
      capacity: undefined,
    });
    assert.deepEqual(givenLoad({ ...COMPLETE, 'write-capacity': '3500.5' }), {
      startMs: undefined,
      flushMs: 600_000,
      held: { series: 600_000, chunkAgeMs: 3_600_000, entriesPerChunk: 7, flushMs: 600_000 },
      capacity: 3500.5,
    });
  });

  const BAD: readonly (readonly [args: Record<string, string>, says: RegExp])[] = [
    [{ 'start-time': '5' }, /^--start-time: "5" is not a duration/],
    [{ 'flush-time': 'long' }, /^--flush-time: "long" is not a duration/],
    [{ ...COMPLETE, series: '600k' }, /^--series: "600k" is not a number of series/],
    [{ ...COMPLETE, series: '0' }, /^--series: "0" is not a number/],
    [{ ...COMPLETE, 'entries-per-chunk': '-1' }, /^--entries-per-chunk: "-1" is not a number/],
    [{ ...COMPLETE, 'write-capacity': 'lots' }, /^--write-capacity: "lots" is not a number/],
    [{ ...COMPLETE, 'chunk-age': '0' }, /^--chunk-age: must be more than 0/],
    [{ ...COMPLETE, 'flush-time': '0' }, /^--flush-time: must be more than 0/],
    [{ series: '5' }, /^--series: requires --chunk-age, --entries-per-chunk, --flush-time/],
    [{ 'write-capacity': '5', 'flush-time': '1m' }, /^--write-capacity: requires --series, --chunk-age/],
  ];
  for (const [args, says] of BAD) {
    it(`are refused by name: ${JSON.stringify(args)}`, () => {
      assert.throws(
        () => givenLoad(args),
        (error) => error instanceof UsageError && says.test(error.message),
      );
    });
  }

  it('are all reported at once', () => {
    assert.throws(() => givenLoad({ series: 'x', 'chunk-age': 'y' }), /--chunk-age: [\s\S]*\n--series: /);
  });
});
