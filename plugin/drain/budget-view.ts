import { countZones } from '../../shared/budget/decide/count.ts';
import { type BudgetProblem, type BudgetView, zoneLoads } from '../../shared/budget/decide/decide.ts';
import type { ObservedBudget } from '../../shared/budget/decide/observe.ts';
import type { ZoneDisruptionBudget } from '../../shared/budget/decide/types.ts';
import { causeOf, maxUnavailablePods, uncountable, viewBudget } from '../../shared/budget/decide/view.ts';
import { keyOf } from './guards.ts';

type View = BudgetView | BudgetProblem;

/**
 * The budget by the webhook's ledger. Our own watches may only make it stricter: after the webhook was removed, its
 * ledger no longer shows disruptions.
 *
 * @returns undefined until scales have been read
 */
export function ledgerView(budget: ZoneDisruptionBudget, observed: ObservedBudget): View | undefined {
  const own = countedView(budget, observed);
  const view = viewBudget(budget);
  if (!own) return undefined;
  if ('code' in view) return 'code' in own ? causeOf(view, own) : view;
  if ('code' in own) return view;
  const loads = zoneLoads(view, undefined);
  const zones = new Map(view.zones.map((count) => [count.zone, count]));
  for (const { zone, expected, unavailable } of own.zones) {
    const load = loads.find((each) => each.zone === zone);
    const known = load ? load.unavailable + load.reserved.length : 0;
    if (unavailable <= known) continue;
    const before = zones.get(zone) ?? { zone, expected, unavailable: 0 };
    zones.set(zone, { ...before, unavailable: before.unavailable + unavailable - known });
  }
  return { ...view, zones: [...zones.values()] };
}

/** The budget counted from its pods, as the webhook would count them. Undefined until scales have been read. */
export function countedView(budget: ZoneDisruptionBudget, observed: ObservedBudget): View | undefined {
  if (observed.kind === 'ask') return undefined;
  if (observed.kind === 'problem') return uncountable(budget, observed.reason);
  const { observation } = observed;
  const maxUnavailable = maxUnavailablePods(budget.spec, observation.expectedReplicas);
  if (typeof maxUnavailable === 'string') {
    const reason = `invalid maxUnavailable of budget ${keyOf(budget.metadata)}: ${maxUnavailable}`;
    return { code: 'invalid-budget', reason, fix: 'correct spec.maxUnavailable' };
  }
  return { zones: countZones(observation, [], observation.lastZones), reservations: [], maxUnavailable };
}
