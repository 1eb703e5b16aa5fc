import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { disruptionLimit, evenWave, growthLimit } from '../../../../shared/rollout/decide/limits.ts';
import { parseRolloutOptions } from '../../../../shared/rollout/decide/options.ts';
import { orderZones } from '../../../../shared/rollout/decide/order.ts';
import fc from '../../../helpers/seed.ts';

describe('growth (R5)', () => {
  const sizes = (factor: number, pacing: 'wave' | 'stream', limit: number, steps: number) =>
    Array.from({ length: steps }, (_, step) =>
      growthLimit({ exponentialFactor: factor, pacing }, { waves: step, recovered: step }, limit),
    );

  it('multiplies waves by the factor, rounded down, up to the limit', () => {
    assert.deepEqual(sizes(2, 'wave', 12, 6), [1, 2, 4, 8, 12, 12]);
    assert.deepEqual(sizes(1.5, 'wave', 12, 7), [1, 1, 2, 3, 5, 7, 11]);
    assert.deepEqual(sizes(1, 'wave', 12, 3), [1, 1, 1]);
    assert.deepEqual(sizes(0, 'wave', 12, 3), [12, 12, 12]);
  });

  it('widens the stream by factor - 1 for each pod that came back', () => {
    assert.deepEqual(sizes(2, 'stream', 4, 6), [1, 2, 3, 4, 4, 4]);
    assert.deepEqual(sizes(3, 'stream', 12, 4), [1, 3, 5, 7]);
    assert.deepEqual(sizes(0, 'stream', 12, 2), [12, 12]);
  });

  it('has an even size where the last wave of a zone would be small', () => {
    // 25% of 12, and 33% of 300.
    assert.equal(evenWave(3, 4), 2);
    assert.equal(evenWave(99, 100), 50);
    assert.equal(evenWave(50, 101), 34);
    // Half a wave, or more, is no remainder; and one wave has none.
    assert.deepEqual([evenWave(4, 6), evenWave(4, 8), evenWave(4, 1)], [4, 4, 4]);
  });

  it('takes as many waves with the even size', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1, max: 1000 }), (limit, pods) => {
        const size = evenWave(limit, pods);
        assert.ok(size >= 1 && size <= limit);
        assert.equal(Math.ceil(pods / size), Math.ceil(pods / limit));
      }),
    );
  });

  it('does not overflow', () => {
    assert.equal(growthLimit({ exponentialFactor: 2, pacing: 'wave' }, { waves: 5000, recovered: 0 }, 7), 7);
  });
});

describe('the limit (R2, R8)', () => {
  const options = { maxUnavailable: { kind: 'count', count: 5 } } as const;

  it('says why it is lower than asked', () => {
    assert.deepEqual(disruptionLimit({ replicas: 30, orderedReady: false }, options, 3), {
      pods: 5,
      capped: undefined,
    });
    const ordered = disruptionLimit({ replicas: 30, orderedReady: true }, options, 3);
    assert.equal(ordered.pods, 1);
    assert.match(ordered.capped ?? '', /^podManagementPolicy OrderedReady .* one pod at a time instead of 5/);
    const oneZone = disruptionLimit({ replicas: 30, orderedReady: false }, options, 1);
    assert.equal(oneZone.pods, 1);
    assert.match(
      oneZone.capped ?? '',
      /^all pods are in one zone: one pod at a time instead of 5.*--single-zone/,
    );
    const intended = { ...options, singleZone: true };
    assert.deepEqual(disruptionLimit({ replicas: 30, orderedReady: false }, intended, 1), {
      pods: 5,
      capped: undefined,
    });
  });

  it('has nothing to say when one pod at a time was asked for', () => {
    const one = { maxUnavailable: { kind: 'count', count: 1 } } as const;
    assert.equal(disruptionLimit({ replicas: 30, orderedReady: true }, one, 1).capped, undefined);
  });
});

describe('the order of zones (R4)', () => {
  it('is by name, with the preferred ones first', () => {
    assert.deepEqual(orderZones(['c', 'a', 'b'], []), ['a', 'b', 'c']);
    assert.deepEqual(orderZones(['a', 'b', 'c', 'd'], ['c', 'a']), ['c', 'a', 'b', 'd']);
  });
});

describe('options', () => {
  it('have defaults', () => {
    const parsed = parseRolloutOptions({});
    assert.ok(!('problems' in parsed));
    assert.deepEqual(parsed.maxUnavailable, { kind: 'percent', percent: 25 });
    assert.equal(parsed.exponentialFactor, 2);
    assert.equal(parsed.pacing, 'wave');
  });

  it('may be all pods of a zone', () => {
    const parsed = parseRolloutOptions({ maxUnavailable: 'zone' });
    assert.ok(!('problems' in parsed));
    assert.equal(disruptionLimit({ replicas: 30, orderedReady: false }, parsed, 3).pods, 30);
    assert.equal(disruptionLimit({ replicas: 30, orderedReady: false }, parsed, 1).pods, 1);
    const wrong = parseRolloutOptions({ maxUnavailable: 'zones' });
    assert.ok('problems' in wrong);
    assert.deepEqual(wrong.problems, [
      'maxUnavailable: "zones" is neither a whole number nor a percentage such as 33%; zone is all pods of a zone',
    ]);
  });

  it('are refused all at once, each with its name', () => {
    const parsed = parseRolloutOptions({
      maxUnavailable: '0%',
      exponentialFactor: 'x',
      pacing: 'fast',
      zoneOrder: ['a', 'b', 'a'],
      maxLeaving: '0',
    });
    assert.ok('problems' in parsed);
    assert.deepEqual(parsed.problems, [
      'maxUnavailable: 0 would never replace a pod; use 1 or more',
      'exponentialFactor: "x" is not a number that is 0 or at least 1',
      'pacing: "fast" is not one of wave, stream',
      'maxLeaving: "0" is not a number of pods from 1 on',
      'zoneOrder: a is listed twice',
    ]);
  });
});
