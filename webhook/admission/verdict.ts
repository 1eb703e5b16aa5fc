import type { BudgetDecision } from '../../shared/budget/decide.ts';
import type { ReviewAnswer } from '../api/review.ts';

/** What becomes of one eviction, and why, as metrics and logs count it. */
export type Verdict =
  | { kind: 'allow'; why: string; warnings: readonly string[] }
  | {
      kind: 'deny';
      /** 429 is retried by kubectl drain and Karpenter, and nothing else is. */
      code: 429 | 500;
      why: string;
      message: string;
      /** The budget that says no, where there is one. */
      budget: string | undefined;
    };

export function allowed(why: string, warnings: readonly string[] = []): Verdict {
  return { kind: 'allow', why, warnings };
}

/** A denial that time may change (B4). */
export function tryAgain(why: string, message: string): Verdict {
  return { kind: 'deny', code: 429, why, message, budget: undefined };
}

/** As PodDisruptionBudget has it: an error that does not pass by waiting. */
export function twoBudgets(pod: string, budgets: readonly string[]): Verdict {
  return {
    kind: 'deny',
    code: 500,
    why: 'two-budgets',
    message:
      `${pod} has more than one ZoneDisruptionBudget (${budgets.join(', ')}), ` +
      'which the eviction API does not support; change their selectors so that one is left',
    budget: budgets[0],
  };
}

export function ofDecision(decision: BudgetDecision, budget: string): Verdict {
  if (decision.kind === 'allow') return allowed(decision.why);
  return {
    kind: 'deny',
    code: 429,
    why: decision.code,
    message: `${decision.reason} (budget ${budget}); ${decision.fix}`,
    budget,
  };
}

export function answerOf(verdict: Verdict): ReviewAnswer {
  if (verdict.kind === 'allow') return { allowed: true, warnings: verdict.warnings };
  const { code, message } = verdict;
  const reason = code === 429 ? 'TooManyRequests' : 'InternalError';
  return { allowed: false, code, reason, message };
}
