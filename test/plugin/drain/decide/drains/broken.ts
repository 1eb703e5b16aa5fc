import { decideDrain } from '../../../../../plugin/drain/decide/decide.ts';
import type { DrainWorkload } from '../../../../../plugin/drain/decide/types.ts';
import type { Decide } from '../simulate.ts';
import { type Conduct, RIGHT } from './conduct.ts';
import type { Scenario } from './drains.ts';

/** A rule that drains break: the properties must find what it prevents. */
export interface BrokenRule {
  /** After "drains that". */
  how: string;
  conduct: Conduct;
  /** It keeps drains from coming to rest; otherwise it takes two zones down. */
  neverRests?: boolean;
  /** The cases in which the rule matters: without others, it is found sooner. */
  within?: (scenario: Scenario) => boolean;
}

const isUnderOneBudget = ({ oneBudget }: Scenario) => oneBudget !== undefined;
const isScaleless = ({ cluster }: Scenario) => cluster.workloads.some((each) => each.scaleless);
const isTwo = ({ drains }: Scenario) => drains === 2;

export const BROKEN: readonly BrokenRule[] = [
  {
    how: 'take Leases over and do nothing about what their holders asked for',
    conduct: { ...RIGHT, settles: false },
    within: isTwo,
  },
  {
    how: 'do not tell their successors of requests that may still be carried out',
    conduct: { ...RIGHT, remembersUnsettled: false },
    within: isTwo,
  },
  {
    how: 'decide with a Lease before their watches show what its last holder did',
    conduct: { ...RIGHT, reaches: false },
    within: isTwo,
  },
  {
    how: 'go on with a Lease that they could not renew, after they were frozen',
    conduct: { ...RIGHT, expires: false },
    within: isTwo,
  },
  {
    how: 'release Leases while their requests may still be carried out',
    conduct: { ...RIGHT, leaves: false },
  },
  {
    how: 'take no Leases',
    conduct: { ...RIGHT, decide: seeing(() => ({ rolloutHolder: undefined, unclaimed: undefined })) },
    within: isTwo,
  },
  {
    how: 'hold no Leases of other workloads under the same budget',
    conduct: { ...RIGHT, decide: seeing(() => ({ zoneBudgets: undefined })) },
    within: (scenario) => isTwo(scenario) && isUnderOneBudget(scenario),
  },
  {
    how: 'count only what is evicted under a budget, and not what is down',
    conduct: { ...RIGHT, decide: withHealthyBudgets },
    within: isUnderOneBudget,
  },
  {
    how: 'do not miss what no controller has made again',
    conduct: { ...RIGHT, decide: seeing(presentOnly) },
  },
  {
    how: 'take another zone than the one that was broken before',
    conduct: { ...RIGHT, decide: ignoringBroken },
    within: ({ cluster, oneBudget }) => oneBudget === undefined && (cluster.broken ?? 0) > 0,
  },
  {
    how: 'do not count the pods of owners without a scale',
    conduct: { ...RIGHT, counts: false },
    within: isScaleless,
  },
  {
    how: 'count owners without a scale anew after a restart',
    conduct: { ...RIGHT, notes: false },
    within: isScaleless,
  },
  {
    how: 'release Leases without another look at what they have just evicted',
    conduct: { ...RIGHT, looksLast: false },
    within: isScaleless,
  },
  {
    how: 'evict again and again what comes back to a cordoned node',
    conduct: { ...RIGHT, endsReturns: false },
    neverRests: true,
    within: ({ cluster }) => cluster.workloads.some((each) => each.sticky),
  },
  {
    how: 'wait for a broken workload that shares a budget, and never say so',
    conduct: { ...RIGHT, decide: withoutEnd },
    neverRests: true,
    within: ({ cluster, oneBudget }) => oneBudget !== undefined && (cluster.crashing ?? 0) > 0,
  },
];

function seeing(change: (workload: DrainWorkload) => Partial<DrainWorkload>): Decide {
  return (input) => {
    const workloads = input.observation.workloads.map((each) => ({ ...each, ...change(each) }));
    return decideDrain({ ...input, observation: { ...input.observation, workloads } });
  };
}

function presentOnly({ zones, down }: DrainWorkload): Partial<DrainWorkload> {
  const missing = new Set(down.filter(({ problem }) => problem === 'missing').map(({ name }) => name));
  const standing = (names: readonly string[]) => names.filter((name) => !missing.has(name));
  return {
    down: down.filter(({ name }) => !missing.has(name)),
    zones: zones.map((zone) => ({ ...zone, down: standing(zone.down) })),
  };
}

function withHealthyBudgets(input: Parameters<Decide>[0]): ReturnType<Decide> {
  const zoneBudgets = new Map(
    [...input.observation.zoneBudgets].map(([key, budget]) => {
      const { view } = budget;
      if ('code' in view) return [key, budget] as const;
      const zones = view.zones.map((zone) => ({ ...zone, unavailable: 0 }));
      return [key, { ...budget, view: { ...view, zones } }] as const;
    }),
  );
  return decideDrain({ ...input, observation: { ...input.observation, zoneBudgets } });
}

function ignoringBroken(input: Parameters<Decide>[0]): ReturnType<Decide> {
  const ignoreBroken = input.observation.workloads.map(({ namespace, label }) => `${namespace}/${label}`);
  return decideDrain({ ...input, options: { ...input.options, ignoreBroken } });
}

function withoutEnd(input: Parameters<Decide>[0]): ReturnType<Decide> {
  const decision = decideDrain(input);
  if (decision.kind !== 'blocked' || decision.by !== 'broken') return decision;
  const { zone, reason, held } = decision;
  return { kind: 'wait', for: 'budget', zone, reason, held, recheckAtMs: undefined };
}
