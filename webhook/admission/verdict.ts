import type { BudgetDecision } from '../../shared/budget/decide/decide.ts';
import { fixFor, type MalformedBudget } from '../../shared/budget/decide/read-budget.ts';
import { RESERVE_LABEL, RESERVE_PRECONDITION_UID, RESERVED_CODE } from '../../shared/reserve-only.ts';
import type { ReviewAnswer } from './review.ts';

/** The decision about one eviction; metrics and logs count `why`. */
export type Verdict =
  | { kind: 'allow'; why: string; warnings: readonly string[] }
  | {
      kind: 'deny';
      /** kubectl drain and Karpenter retry only 429; they treat 404 as done. */
      code: keyof typeof REASONS;
      why: string;
      message: string;
      /** The budget that denies it, if any. */
      budget: string | undefined;
    }
  /** The response to a reserve-only eviction: it reserved, or there was nothing to reserve. */
  | { kind: 'reserved'; why: string; message: string };

/** Status.reason by HTTP code, as the API server sets it. */
const REASONS = {
  400: 'BadRequest',
  404: 'NotFound',
  409: 'Conflict',
  429: 'TooManyRequests',
  500: 'InternalError',
} as const;

export function allowed(why: string, warnings: readonly string[] = []): Verdict {
  return { kind: 'allow', why, warnings };
}

/** A denial that may change with time (B4). */
export function tryAgain(why: string, message: string): Verdict {
  return { kind: 'deny', code: 429, why, message, budget: undefined };
}

/** The pod does not exist: the API server would return the same, and kubectl drain treats it as done. */
export function gone(name: string): Verdict {
  return { kind: 'deny', code: 404, why: 'gone', message: `pods "${name}" not found`, budget: undefined };
}

/** An eviction that names no pod by its uid (L6). */
export function unbound(name: string): Verdict {
  return tryAgain(
    'unbound',
    `${name} cannot be evicted: nothing has bound the eviction to one pod; see whether the ` +
      'MutatingWebhookConfiguration of kubectl-zone is installed and no later webhook undoes it',
  );
}

/** The verdict for a reserve-only eviction, from the verdict for an eviction. */
export function reservation(verdict: Verdict, name: string): Verdict {
  if (verdict.kind !== 'allow') return verdict;
  const { why } = verdict;
  if (why === 'other-pod') {
    const message = `${name} is not the pod that should be reserved: another one has its name now`;
    return { kind: 'deny', code: 409, why, message, budget: undefined };
  }
  const reserves = why === 'within-budget' || why === 'unready' || why === 'reserved';
  const message = reserves
    ? `${name} is reserved: it may be removed`
    : `nothing to reserve for ${name} (${why}): it may be removed`;
  return { kind: 'reserved', why, message };
}

/** An invalid reserve-only eviction. */
export function invalidReservation(): Verdict {
  const message =
    `a reserve-only eviction has the uid of its pod in the label ${RESERVE_LABEL}, ` +
    `and the uid precondition "${RESERVE_PRECONDITION_UID}"`;
  return { kind: 'deny', code: 400, why: 'invalid-reservation', message, budget: undefined };
}

/** A budget may cover the pod, but it cannot be read. */
export function unreadable(pod: string, budgets: readonly MalformedBudget[]): Verdict {
  const [first] = budgets;
  const which = first ? `budget ${first.name} cannot be read (${first.reason})` : 'a budget cannot be read';
  const fix = first ? `; ${fixFor(first)}` : '';
  return tryAgain('invalid-budget', `${pod} cannot be evicted: ${which}, and it may cover the pod${fix}`);
}

/** Like PodDisruptionBudget: an error that waiting does not resolve. */
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
  const { message } = verdict;
  return verdict.kind === 'reserved'
    ? { allowed: false, code: RESERVED_CODE, reason: 'Reserved', message }
    : { allowed: false, code: verdict.code, reason: REASONS[verdict.code], message };
}
