import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { decideDrain } from '../../../shared/drain/decide.ts';
import type { DrainOptions } from '../../../shared/drain/types.ts';
import { brokenDecisions } from './broken.ts';
import type { Rule } from './invariants.ts';
import { type Decide, type Scenario, Simulation } from './simulate.ts';

const options: fc.Arbitrary<DrainOptions> = fc.record({
  zoneOrder: fc.constantFrom([], [], ['zone-c'], ['zone-b', 'zone-a']),
  maxNodes: fc.constantFrom(undefined, undefined, 1, 2),
  soakMs: fc.constantFrom(0, 0, 30_000),
  pendingMs: fc.constantFrom(0, 60_000, 600_000),
});

const workload = fc.record({
  guard: fc.constantFrom(
    'zone-budget' as const,
    'zone-budget' as const,
    'pod-budget' as const,
    'none' as const,
  ),
  both: fc.boolean(),
  twice: fc.constant(false),
  replicas: fc.integer({ min: 1, max: 9 }),
  maxUnavailable: fc.integer({ min: 1, max: 4 }),
  policy: fc.constantFrom('AlwaysAllow' as const, 'IfHealthyBudget' as const),
  pinned: fc.boolean(),
});

function scenarios(limits: { minSteps: number; maxSteps: number; ends: boolean }): fc.Arbitrary<Scenario> {
  const twice = limits.ends ? fc.constant(false) : fc.constantFrom(false, false, false, true);
  return fc.record({
    cluster: fc.record({
      zones: fc.constantFrom(['zone-a'], ['zone-a', 'zone-b'], ['zone-a', 'zone-b', 'zone-c']),
      targetsPerZone: fc.integer({ min: 1, max: 3 }),
      sparesPerZone: fc.integer({ min: 0, max: 1 }),
      unlabelled: fc.constantFrom(0, 0, 1, 2),
      loose: fc.integer({ min: 0, max: 2 }),
      workloads: fc.array(
        fc.tuple(workload, twice).map(([each, two]) => ({ ...each, twice: two })),
        { minLength: 0, maxLength: 3 },
      ),
    }),
    options,
    lag: fc.constantFrom(0, 0, 1, 3),
    trouble: fc.boolean(),
    seed: fc.nat(),
    steps: fc.array(fc.nat(2 ** 31 - 1), {
      minLength: limits.minSteps,
      maxLength: limits.maxSteps,
      size: 'max',
    }),
  });
}

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
      { numRuns: 400, endOnFailure: true },
    );
  });

  it('and over many short ones', () => {
    fc.assert(
      fc.property(scenarios({ minSteps: 10, maxSteps: 100, ends: false }), (scenario) => {
        assert.equal(firstViolation(scenario, 'any', decideDrain), undefined);
      }),
      { numRuns: 1000, endOnFailure: true },
    );
  });

  it('and every drain ends once the trouble does', () => {
    fc.assert(
      fc.property(scenarios({ minSteps: 0, maxSteps: 300, ends: true }), (scenario) => {
        const simulation = new Simulation(scenario, decideDrain);
        simulation.run(scenario);
        const last = simulation.settle(1500);
        assert.equal(last.kind, 'done', JSON.stringify(last));
        assert.deepEqual(simulation.found, []);
        const targets = [...simulation.cluster.nodes.values()].filter((node) => node.target);
        const names = new Set(targets.map(({ name }) => name));
        assert.ok(targets.every((node) => node.cordoned));
        assert.ok([...simulation.cluster.pods.values()].every((pod) => !names.has(pod.node ?? '')));
      }),
      { numRuns: 300, endOnFailure: true },
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
