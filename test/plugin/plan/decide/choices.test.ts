import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { choicesOf, type Fleet } from '../../../../plugin/plan/decide/choices.ts';

const MINUTE_MS = 60_000;

/** A fleet of pods that take 2.5 minutes each. */
function fleet(sizes: readonly number[], limit = Number.POSITIVE_INFINITY): Fleet<number> {
  const zones = sizes.map((size, index) => ({
    zone: `zone-${index}`,
    pods: Array.from({ length: size }, (_, ordinal) => ordinal),
  }));
  return { zones, limit, replacementMs: () => 2.5 * MINUTE_MS };
}

const rows = (of: Fleet<number>, extra?: number) =>
  choicesOf(of, extra).map(({ maxUnavailable, exponentialFactor, waves, durationMs, podsDown }) => [
    maxUnavailable,
    exponentialFactor,
    waves,
    durationMs / MINUTE_MS,
    podsDown,
  ]);

describe('the settings', () => {
  it('reduce the 250 minutes of 100 ingesters by waves in zones', () => {
    assert.deepEqual(rows(fleet([34, 33, 33])), [
      [1, 2, 100, 250, 1],
      [2, 2, 52, 130, 2],
      [4, 2, 28, 70, 4],
      [8, 2, 17, 42.5, 8],
      [16, 2, 12, 30, 16],
      [32, 2, 10, 25, 32],
      [34, 2, 8, 20, 33],
      [34, 0, 3, 7.5, 34],
    ]);
  });

  it('include the safe number, if it fits in a zone', () => {
    const sizes = (extra: number) => rows(fleet([5, 5]), extra).map(([size]) => size);
    assert.deepEqual(sizes(3), [1, 2, 3, 4, 5, 5]);
    assert.deepEqual(sizes(4), [1, 2, 4, 5, 5]);
    assert.deepEqual(sizes(0), [1, 2, 4, 5, 5]);
    assert.deepEqual(sizes(9), [1, 2, 4, 5, 5]);
  });

  it('are one if a zone has one pod or the workload allows one, and none without pods', () => {
    assert.deepEqual(rows(fleet([1, 1, 1])), [[1, 2, 3, 7.5, 1]]);
    assert.deepEqual(rows(fleet([4], 1)), [[1, 2, 4, 10, 1]]);
    assert.deepEqual(rows(fleet([])), []);
  });

  it('wait for the slowest pod of each wave', () => {
    const uneven: Fleet<number> = {
      ...fleet([4]),
      replacementMs: (ordinal) => (ordinal + 1) * MINUTE_MS,
    };
    assert.deepEqual(rows(uneven), [
      [1, 2, 4, 10, 1],
      [2, 2, 3, 8, 2],
      [4, 2, 3, 8, 2],
      [4, 0, 1, 4, 4],
    ]);
  });
});
