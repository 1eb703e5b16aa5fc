import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc, { SEED, seedOf } from './seed.ts';

describe('the seed of a test', () => {
  it('is that of TEST_SEED, where there is one', () => {
    assert.equal(seedOf({ TEST_SEED: '-12' }), -12);
    assert.equal(seedOf({ TEST_SEED: '' }), undefined);
    assert.throws(() => seedOf({ TEST_SEED: 'twelve' }), /TEST_SEED=twelve is not an integer/);
  });

  it('is what a property begins with and, when it fails, names beside the counterexample', () => {
    const property = fc.property(fc.integer(), (value) => assert.equal(value, value + 1));
    assert.throws(
      () => fc.assert(property),
      (error: Error) =>
        error.message.startsWith(`repeat with TEST_SEED=${SEED}\n`) && /Counterexample/.test(error.message),
    );
  });

  it('gives the same values again', () => {
    const sample = () => fc.sample(fc.array(fc.nat()), { seed: SEED, numRuns: 5 });
    assert.deepEqual(sample(), sample());
  });
});
