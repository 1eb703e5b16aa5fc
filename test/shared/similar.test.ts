import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { editDistance, similarNames } from '../../shared/similar.ts';
import fc from '../helpers/seed.ts';

describe('similar names', () => {
  it('proposes what was probably meant, the likeliest first', () => {
    const candidates = ['errors-low', 'Errors-High', 'errors-highh', 'latency-high', 'errors-high-eu'];
    assert.deepEqual(similarNames('errors-hihg', candidates), ['Errors-High', 'errors-highh']);
    assert.deepEqual(similarNames('x', ['completely-different']), []);
  });

  it('proposes three at most', () => {
    assert.deepEqual(similarNames('alarm', ['alarm4', 'alarm3', 'alarm2', 'alarm1']), [
      'alarm1',
      'alarm2',
      'alarm3',
    ]);
  });

  it('measures a distance: nought only to itself, the same both ways, bounded by the longer word', () => {
    const word = fc.string({ maxLength: 12, unit: fc.constantFrom('a', 'b', 'c') });
    fc.assert(
      fc.property(word, word, (one, other) => {
        const distance = editDistance(one, other);
        assert.equal(distance === 0, one === other);
        assert.equal(distance, editDistance(other, one));
        assert.ok(distance >= Math.abs(one.length - other.length));
        assert.ok(distance <= Math.max(one.length, other.length));
      }),
    );
    assert.equal(editDistance('kitten', 'sitting'), 3);
  });
});
