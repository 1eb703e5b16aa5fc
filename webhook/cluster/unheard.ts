import type { BudgetProblem } from '../../shared/budget/decide/decide.ts';
import type { Doubt } from './freshness.ts';

/** The second half of a sentence; it does not change while the condition lasts. */
export function unheard({ resource }: Doubt): string {
  return `the webhook hears of no changes to ${resource}; see its log, and whether it may watch them`;
}

/** L7: changes that this replica has not received may have happened. */
export function unconfirmed(doubt: Doubt): BudgetProblem {
  const seconds = Math.round(doubt.forMs / 1000);
  return {
    code: 'unconfirmed',
    reason: `this replica of the webhook has heard of no changes to ${doubt.resource} for ${seconds} s`,
    fix: 'try again; see the log of the webhook if that stays',
  };
}
