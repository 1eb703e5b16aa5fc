import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc, { SEARCH_SEED } from '../../helpers/seed.ts';
import { type Manner, type Plan, type Purpose, RIGHT, Takeovers } from './takeover-model.ts';

const holder = (purpose: fc.Arbitrary<Purpose>) =>
  fc.record({
    purpose,
    zone: fc.nat(2),
    dies: fc.boolean(),
    forbidden: fc.constantFrom(false, false, true),
  });
const either = fc.constantFrom<Purpose>('rollout', 'drain');
const steps = fc.array(fc.nat(2 ** 31 - 1), { minLength: 20, maxLength: 300, size: 'max' });
const plans: fc.Arbitrary<Plan> = fc.record({
  holders: fc.array(holder(either), { minLength: 2, maxLength: 4 }),
  steps,
});
const handOver = (from: Purpose, to: Purpose): fc.Arbitrary<Plan> =>
  fc.record({ holders: fc.tuple(holder(fc.constant(from)), holder(fc.constant(to))), steps });

function violationOf(plan: Plan, manner: Manner): string | undefined {
  const takeovers = new Takeovers(plan, manner);
  takeovers.run();
  return takeovers.violation;
}

function isNoticed(plan: fc.Arbitrary<Plan>, manner: Manner): boolean {
  const property = fc.property(plan, (each) => violationOf(each, manner) === undefined);
  return fc.check(property, { numRuns: 20_000, seed: SEARCH_SEED, endOnFailure: true }).failed;
}

describe('a Lease that goes from one holder to the next', () => {
  it('never has pods of two zones removed, whatever requests of earlier holders are still carried out', () => {
    const run = fc.property(plans, (plan) => assert.equal(violationOf(plan, RIGHT), undefined));
    fc.assert(run, { numRuns: 10_000, endOnFailure: true });
  });
});

describe('the model notices', () => {
  const careless: Manner = { ...RIGHT, former: () => undefined };
  for (const [from, to] of [
    ['rollout', 'drain'],
    ['drain', 'rollout'],
    ['drain', 'drain'],
  ] as const) {
    it(`a ${to} that does not ask what a ${from} before it has under way`, () => {
      assert.ok(isNoticed(handOver(from, to), careless));
    });
  }

  it('a holder that gives the Lease back without a note of what it found under way', () => {
    assert.ok(isNoticed(plans, { ...RIGHT, note: () => ({}) }));
  });

  it('a holder that decides by a watch that does not show its answers yet', () => {
    assert.ok(isNoticed(plans, { ...RIGHT, waitsForWatch: false }));
  });

  it('a holder that decides by a watch that does not show yet what the last one has done', () => {
    assert.ok(isNoticed(plans, { ...RIGHT, reaches: false }));
  });
});
