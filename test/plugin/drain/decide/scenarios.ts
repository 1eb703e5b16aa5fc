/** Random clusters and schedules for the drain's properties. */
import type { DrainOptions } from '../../../../plugin/drain/decide/types.ts';
import fc from '../../../helpers/seed.ts';
import type { Scenario } from './simulate.ts';

const options: fc.Arbitrary<DrainOptions> = fc.record({
  zoneOrder: fc.constantFrom([], [], ['zone-c'], ['zone-b', 'zone-a']),
  maxNodes: fc.constantFrom(undefined, undefined, 1, 2),
  soakMs: fc.constantFrom(0, 0, 30_000),
  pendingMs: fc.constantFrom(0, 60_000, 600_000),
  ignoreBroken: fc.constantFrom([], [], [], ['prod/statefulset/w0']),
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

/** @param limits.ends only what a drain can get through: nothing that refuses for ever */
export function scenarios(limits: {
  minSteps: number;
  maxSteps: number;
  ends: boolean;
}): fc.Arbitrary<Scenario> {
  const twice = limits.ends ? fc.constant(false) : fc.constantFrom(false, false, false, true);
  return fc.record({
    cluster: fc.record({
      zones: fc.constantFrom(['zone-a'], ['zone-a', 'zone-b'], ['zone-a', 'zone-b', 'zone-c']),
      targetsPerZone: fc.integer({ min: 1, max: 3 }),
      sparesPerZone: fc.integer({ min: 0, max: 1 }),
      unlabelled: fc.constantFrom(0, 0, 1, 2),
      loose: fc.integer({ min: 0, max: 2 }),
      broken: fc.constantFrom(0, 0, 1, 2),
      crashing: fc.constantFrom(0, 0, 1),
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
