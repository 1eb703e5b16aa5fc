import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decideDrain } from '../../../../plugin/drain/decide/decide.ts';
import type { DrainWorkload } from '../../../../plugin/drain/decide/types.ts';
import fc, { SEARCH_SEED } from '../../../helpers/seed.ts';
import { type Conduct, RIGHT, type Scenario, TwoDrains } from './two-drains.ts';

const workload = fc.record({
  guard: fc.constantFrom('pod-budget' as const, 'none' as const, 'none' as const),
  both: fc.constant(false),
  twice: fc.constant(false),
  replicas: fc.integer({ min: 2, max: 6 }),
  maxUnavailable: fc.integer({ min: 2, max: 6 }),
  policy: fc.constant('AlwaysAllow' as const),
  pinned: fc.constant(true),
});

const scenarios = (oneBudget: fc.Arbitrary<boolean>): fc.Arbitrary<Scenario> =>
  fc.record({
    cluster: fc.record({
      zones: fc.constantFrom(['zone-a', 'zone-b'], ['zone-a', 'zone-b', 'zone-c']),
      targetsPerZone: fc.constantFrom(1, 2, 3),
      sparesPerZone: fc.constant(1),
      unlabelled: fc.constant(0),
      loose: fc.constant(0),
      workloads: fc.array(workload, { minLength: 1, maxLength: 3 }),
    }),
    oneBudget,
    seed: fc.nat(),
    steps: fc.array(fc.nat(2 ** 31 - 1), { minLength: 50, maxLength: 500, size: 'max' }),
  });
const any = scenarios(fc.constant(false));

function violationOf(scenario: Scenario, conduct: Conduct): string | undefined {
  const drains = new TwoDrains(scenario, conduct);
  drains.run(scenario);
  return drains.violation;
}

describe('two drains at once, without a webhook', () => {
  it('never have two zones of a workload down', () => {
    const held = fc.property(any, (scenario) => assert.equal(violationOf(scenario, RIGHT), undefined));
    fc.assert(held, { numRuns: 1500, endOnFailure: true });
  });

  it('both end once the trouble does', () => {
    const ends = fc.property(any, (scenario) => {
      const drains = new TwoDrains(scenario, RIGHT);
      drains.run(scenario);
      assert.equal(drains.settle(), undefined);
    });
    fc.assert(ends, { numRuns: 300, endOnFailure: true });
  });
});

describe('the model of two drains notices', () => {
  const seeing = (change: (workload: DrainWorkload) => Partial<DrainWorkload>): Conduct['decide'] => {
    return (input) => {
      const workloads = input.observation.workloads.map((each) => ({ ...each, ...change(each) }));
      return decideDrain({ ...input, observation: { ...input.observation, workloads } });
    };
  };
  const leaseless = seeing(() => ({ rolloutHolder: undefined, unclaimed: undefined }));
  const presentOnly = seeing(({ zones, down }) => {
    const missing = new Set(down.filter(({ problem }) => problem === 'missing').map(({ name }) => name));
    const standing = (names: readonly string[]) => names.filter((name) => !missing.has(name));
    return {
      down: down.filter(({ name }) => !missing.has(name)),
      zones: zones.map((zone) => ({ ...zone, down: standing(zone.down) })),
    };
  });
  const broken: readonly (readonly [string, Conduct])[] = [
    ['that take Leases over without a look at what their holders asked for', { ...RIGHT, settles: false }],
    ['that take no Leases', { ...RIGHT, decide: leaseless }],
    ['that do not miss what no controller has made again', { ...RIGHT, decide: presentOnly }],
  ];
  for (const [what, conduct] of broken) {
    it(`drains ${what}`, () => {
      const unharmed = fc.property(any, (scenario) => violationOf(scenario, conduct) === undefined);
      assert.ok(
        fc.check(unharmed, { numRuns: 3000, seed: SEARCH_SEED, endOnFailure: true }).failed,
        'no violation found',
      );
    });
  }
});
