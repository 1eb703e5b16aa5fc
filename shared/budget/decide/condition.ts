import type { Condition } from '../../kube/objects.ts';
import type { BudgetStatus } from './types.ts';

/** Type and reasons as in PodDisruptionBudget's status (k8s.io/api/policy/v1). */
const DISRUPTION_ALLOWED = 'DisruptionAllowed';
const SYNC_FAILED = 'SyncFailed';
/** Ours: see L7. */
const SETTLING = 'Settling';

const SETTLING_MESSAGE = 'evictions admitted before the budget was created or changed may still be under way';
/** The last part of the message, where the end is known. */
const UNTIL = '; it admits evictions again from about ';
/** Ends that are computed again differ by so much, and are not worth a write. */
const SAME_END_MS = 5_000;

/** What a settling budget waits for, and until when; undefined for one that does not settle. */
export function settlingMessage({ conditions }: Pick<BudgetStatus, 'conditions'>): string | undefined {
  const condition = conditions.find(({ type }) => type === DISRUPTION_ALLOWED);
  return condition?.reason === SETTLING ? condition.message : undefined;
}

/** Why the budget could not be counted, as its last writer said; undefined when it could. */
export function syncFailure({ conditions }: Pick<BudgetStatus, 'conditions'>): string | undefined {
  const condition = conditions.find(({ type }) => type === DISRUPTION_ALLOWED);
  return condition?.reason === SYNC_FAILED ? condition.message : undefined;
}

/** Conditions that say whether any zone may lose a pod; others are left alone. */
export function countedCondition(
  conditions: readonly Condition[],
  allowed: boolean,
  nowMs: number,
): readonly Condition[] {
  return withCondition(conditions, nowMs, {
    status: allowed ? 'True' : 'False',
    reason: allowed ? 'SufficientPods' : 'InsufficientPods',
    message: '',
  });
}

/**
 * Conditions that say that the pods are counted, and that nothing is admitted by it yet.
 *
 * @param leftMs until something is, as far as that is known
 */
export function settlingCondition(
  conditions: readonly Condition[],
  nowMs: number,
  leftMs = 0,
): readonly Condition[] {
  const before = settlingMessage({ conditions });
  const beforeMs = before === undefined ? Number.NaN : Date.parse(before.split(UNTIL)[1] ?? '');
  const endMs = nowMs + leftMs;
  const isSame = leftMs <= 0 ? before !== undefined : Math.abs(endMs - beforeMs) < SAME_END_MS;
  const until = leftMs > 0 ? `${UNTIL}${new Date(endMs).toISOString().replace(/\.\d+/, '')}` : '';
  const message = isSame && before !== undefined ? before : `${SETTLING_MESSAGE}${until}`;
  return withCondition(conditions, nowMs, { status: 'False', reason: SETTLING, message });
}

/** Conditions that say that the budget could not be counted: `syncFailure` reads them. */
export function failedCondition(
  conditions: readonly Condition[],
  message: string,
  nowMs: number,
): readonly Condition[] {
  return withCondition(conditions, nowMs, { status: 'False', reason: SYNC_FAILED, message });
}

function withCondition(
  conditions: readonly Condition[],
  nowMs: number,
  change: Pick<Condition, 'status' | 'reason' | 'message'>,
): readonly Condition[] {
  const before = conditions.find(({ type }) => type === DISRUPTION_ALLOWED);
  if (before && before.status === change.status && before.reason === change.reason) {
    if (before.message === change.message) return conditions;
  }
  const lastTransitionTimeMs =
    before?.status === change.status ? before.lastTransitionTimeMs : Math.floor(nowMs / 1000) * 1000;
  const next: Condition = { type: DISRUPTION_ALLOWED, ...change, lastTransitionTimeMs };
  return [...conditions.filter(({ type }) => type !== DISRUPTION_ALLOWED), next];
}
