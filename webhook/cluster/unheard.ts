import type { BudgetProblem } from '../../shared/budget/decide/decide.ts';
import type { Doubt } from './freshness.ts';

/** The second half of a sentence; it does not change while the condition lasts. */
export function unheard({ resource }: Doubt): string {
  return `the webhook receives no changes of ${resource}; check its log, and its permission to watch them`;
}

/** L7: changes that this replica has not received may have happened. */
export function unconfirmed(doubt: Doubt): BudgetProblem {
  const seconds = Math.round(doubt.forMs / 1000);
  return {
    code: 'unconfirmed',
    reason: `this replica of the webhook has received no changes of ${doubt.resource} for ${seconds} s`,
    fix: 'try again; if this persists, check the log of the webhook',
  };
}
