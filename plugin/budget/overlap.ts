import { coverage } from '../../shared/budget/budget.ts';
import type { ZoneDisruptionBudget } from '../../shared/budget/types.ts';
import type { Workload } from '../../shared/budget/workload.ts';
import { compareText } from '../../shared/zones.ts';

/** Names of the budgets of a workload's namespace that cover the pods it makes, sorted. */
export function overlapping(budgets: readonly ZoneDisruptionBudget[], workload: Workload): string[] {
  return budgets
    .filter(({ spec }) => coverage(spec, workload.templateLabels) !== 'not-covered')
    .map(({ metadata }) => metadata.name)
    .sort(compareText);
}
