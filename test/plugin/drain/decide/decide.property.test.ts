import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decideDrain } from '../../../../plugin/drain/decide/decide.ts';
import { runs } from '../../../helpers/runs.ts';
import fc from '../../../helpers/seed.ts';
import { brokenDecisions } from './broken.ts';
import type { Rule } from './invariants.ts';
import { DID_NOT_END } from './known-scenarios.ts';
import { scenarios } from './scenarios.ts';
import { type Decide, type Scenario, Simulation, stuckAfter } from './simulate.ts';

function firstViolation(scenario: Scenario, rule: Rule | 'any', decision: Decide): string | undefined {
  const simulation = new Simulation(scenario, decision);
  simulation.run(scenario);
  const found = simulation.found.find((each) => rule === 'any' || each.rule === rule);
  return found && `${found.rule} at step ${found.step}: ${found.what}`;
}

describe('the rules hold over random clusters and schedules', () => {
  it('with pods that fail, other evictors, rollouts, crashes, lost cordons and lagging caches', () => {
    fc.assert(
      fc.property(scenarios({ minSteps: 100, maxSteps: 800, ends: false }), (scenario) => {
        assert.equal(firstViolation(scenario, 'any', decideDrain), undefined);
      }),
      { numRuns: runs(50), endOnFailure: true },
    );
  });

  it('and over many short ones', () => {
    fc.assert(
      fc.property(scenarios({ minSteps: 10, maxSteps: 100, ends: false }), (scenario) => {
        assert.equal(firstViolation(scenario, 'any', decideDrain), undefined);
      }),
      { numRuns: runs(125), endOnFailure: true },
    );
  });

  it('in a schedule in which it once did not end', () => {
    assert.deepEqual(stuckAfter(DID_NOT_END), []);
  });

  it('and every drain ends once the trouble does', () => {
    fc.assert(
      fc.property(scenarios({ minSteps: 0, maxSteps: 300, ends: true }), (scenario) => {
        assert.deepEqual(stuckAfter(scenario), []);
      }),
      { numRuns: runs(50), endOnFailure: true },
    );
  });
});

/** A test must be able to fail: each of these decisions breaks one rule, and the property must notice. */
describe('the properties notice', () => {
  for (const each of brokenDecisions) {
    it(`${each.rule} broken: a decision that ${each.how}`, () => {
      const outcome = fc.check(
        fc.property(scenarios({ minSteps: 100, maxSteps: 600, ends: false }), (scenario) => {
          assert.equal(firstViolation(scenario, each.rule, each.decide), undefined);
        }),
        { numRuns: 500, endOnFailure: true },
      );
      assert.ok(outcome.failed, 'no violation found');
    });
  }
});
