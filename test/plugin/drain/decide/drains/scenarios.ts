import fc from '../../../../helpers/seed.ts';
import type { Scenario } from './drains.ts';

const workload = fc.record({
  guard: fc.constantFrom('pod-budget' as const, 'none' as const, 'none' as const),
  both: fc.constant(false),
  twice: fc.constant(false),
  replicas: fc.integer({ min: 2, max: 6 }),
  maxUnavailable: fc.integer({ min: 2, max: 6 }),
  policy: fc.constant('AlwaysAllow' as const),
  pinned: fc.constant(true),
  scaleless: fc.constantFrom(false, true),
  sticky: fc.constantFrom(false, false, false, true),
});

/** Random clusters and schedules for the drains' properties. */
export const scenarios: fc.Arbitrary<Scenario> = fc
  .record({
    cluster: fc.record({
      zones: fc.constantFrom(['zone-a', 'zone-b'], ['zone-a', 'zone-b', 'zone-c']),
      targetsPerZone: fc.constantFrom(1, 2, 3),
      sparesPerZone: fc.constant(1),
      unlabelled: fc.constant(0),
      loose: fc.constant(0),
      broken: fc.constantFrom(0, 0, 1, 2),
      crashing: fc.constantFrom(0, 0, 1),
      workloads: fc.array(workload, { minLength: 1, maxLength: 3 }),
    }),
    drains: fc.constantFrom(1 as const, 2 as const),
    oneBudget: fc.constantFrom(undefined, undefined, 2, 6),
    trouble: fc.boolean(),
    mayPatch: fc.constantFrom(true, true, true, false),
    seed: fc.nat(),
    steps: fc.array(fc.nat(2 ** 31 - 1), { minLength: 20, maxLength: 400, size: 'max' }),
  })
  .map((scenario) => {
    if (scenario.oneBudget === undefined) return scenario;
    // A budget over an owner without a scale cannot be counted, and two budgets allow nothing.
    const workloads = scenario.cluster.workloads.map((each) => ({
      ...each,
      guard: 'none' as const,
      scaleless: false,
    }));
    return { ...scenario, cluster: { ...scenario.cluster, workloads } };
  });
