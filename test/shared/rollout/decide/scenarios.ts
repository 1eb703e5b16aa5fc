import type { RolloutOptions } from '../../../../shared/rollout/decide/types.ts';
import fc from '../../../helpers/seed.ts';
import type { Scenario } from './driven.ts';

const options: fc.Arbitrary<RolloutOptions> = fc.record({
  maxUnavailable: fc.oneof(
    fc.record({ kind: fc.constant('count' as const), count: fc.integer({ min: 1, max: 12 }) }),
    fc.record({ kind: fc.constant('percent' as const), percent: fc.integer({ min: 1, max: 100 }) }),
    fc.constant({ kind: 'zone' as const }),
  ),
  exponentialFactor: fc.constantFrom(0, 1, 1.5, 2, 2, 3),
  pacing: fc.constantFrom('wave', 'stream'),
  zoneOrder: fc.constantFrom([], [], ['zone-c'], ['zone-b', 'zone-a']),
  soakMs: fc.constantFrom(0, 0, 30_000),
  minReadyMs: fc.constantFrom(0, 0, 5_000),
  replaceUnready: fc.boolean(),
  maxLeaving: fc.constantFrom(undefined, undefined, 1, 1, 2, 3),
  flush: fc.constant(false),
  singleZone: fc.constantFrom(false, false, true),
});

/** Random clusters, options and schedules. */
export function scenarios(limits: {
  minSteps: number;
  maxSteps: number;
  trouble: boolean;
}): fc.Arbitrary<Scenario> {
  return fc.record({
    cluster: fc.record({
      zones: fc.constantFrom(
        ['zone-a'],
        ['zone-a', 'zone-b'],
        ['zone-a', 'zone-b', 'zone-c'],
        ['zone-a', 'zone-b', 'zone-c'],
      ),
      replicas: fc.integer({ min: 0, max: 24 }),
      orderedReady: fc.oneof(
        { weight: 4, arbitrary: fc.constant(false) },
        { weight: 1, arbitrary: fc.constant(true) },
      ),
      pinned: fc.boolean(),
    }),
    options,
    lag: fc.constantFrom(0, 0, 1, 3),
    trouble: fc.constant(limits.trouble),
    steps: fc.array(fc.nat(2 ** 31 - 1), {
      minLength: limits.minSteps,
      maxLength: limits.maxSteps,
      size: 'max',
    }),
  });
}
