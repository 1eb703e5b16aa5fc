import type { EvictionRuling } from '../../shared/budget/decide/evictions.ts';
import { RESERVE_LABEL, RESERVE_PRECONDITION_UID, RESERVED_CODE } from '../../shared/reserve-only.ts';
import type { ReviewAnswer } from './review.ts';

/** The decision about one eviction; metrics and logs count `why`. */
export type Verdict =
  | { kind: 'allow'; why: string; warnings: readonly string[] }
  | Denial
  /** The response to a reserve-only eviction: it reserved, or there was nothing to reserve. */
  | { kind: 'reserved'; why: string; message: string };

interface Denial {
  kind: 'deny';
  /** kubectl drain and Karpenter retry only 429; they treat 404 as done. */
  code: keyof typeof REASONS;
  why: string;
  message: string;
  /** The budget that denies it, if any. */
  budget: string | undefined;
}

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

/** The verdict for a reserve-only eviction, from the verdict for an eviction. */
export function reservation(verdict: Verdict, name: string): Verdict {
  if (verdict.kind !== 'allow') return verdict;
  const { why } = verdict;
  if (why === 'other-pod') {
    const message = `${name} is not the pod to reserve: another pod has its name now`;
    return { kind: 'deny', code: 409, why, message, budget: undefined };
  }
  const reserves = why === 'within-budget' || why === 'unready' || why === 'reserved';
  const message = reserves
    ? `${name} is reserved and may be removed`
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

/** How the API server answers denials that are not to be retried: 404 is done, and two budgets are an error. */
const CODES: Readonly<Record<string, Denial['code']>> = { gone: 404, 'two-budgets': 500 };

export function verdictOf({ outcome, rehearsals }: EvictionRuling): Verdict {
  const { kind, why } = outcome;
  if (kind === 'allow') {
    const warnings = rehearsals.flatMap(({ budget, decision }) =>
      decision.kind === 'allow'
        ? []
        : `budget ${budget.metadata.name} (dryRun) would have denied this: ${decision.reason}`,
    );
    return allowed(why, warnings);
  }
  const { reason, fix, budgets } = outcome;
  const by = budgets.length === 1 ? ` (budget ${budgets[0]})` : '';
  const message = fix === undefined ? `${reason}${by}` : `${reason}${by}; ${fix}`;
  return { kind, code: CODES[why] ?? 429, why, message, budget: budgets[0] };
}

export function answerOf(verdict: Verdict): ReviewAnswer {
  if (verdict.kind === 'allow') return { allowed: true, warnings: verdict.warnings };
  const { message } = verdict;
  return verdict.kind === 'reserved'
    ? { allowed: false, code: RESERVED_CODE, reason: 'Reserved', message }
    : { allowed: false, code: verdict.code, reason: REASONS[verdict.code], message };
}
