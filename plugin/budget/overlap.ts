import { coverage } from '../../shared/budget/decide/budget.ts';
import type { ZoneDisruptionBudget } from '../../shared/budget/decide/types.ts';
import type { Workload } from '../../shared/budget/decide/workload.ts';
import { compareText } from '../../shared/kube/zones.ts';

/** Names of the budgets of a workload's namespace that cover the pods it makes, sorted. */
export function overlapping(budgets: readonly ZoneDisruptionBudget[], workload: Workload): string[] {
  return budgets
    .filter(({ spec }) => coverage(spec, workload.templateLabels) !== 'not-covered')
    .map(({ metadata }) => metadata.name)
    .sort(compareText);
}
