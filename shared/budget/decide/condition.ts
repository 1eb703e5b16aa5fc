import type { Condition } from '../../kube/objects.ts';
import type { BudgetStatus } from './types.ts';

/** Type and reasons as in PodDisruptionBudget's status (k8s.io/api/policy/v1). */
const DISRUPTION_ALLOWED = 'DisruptionAllowed';
const SYNC_FAILED = 'SyncFailed';
/** Ours: see L7. */
const SETTLING = 'Settling';

const SETTLING_MESSAGE =
  'evictions admitted before the budget was created or changed may still be in progress';
/** The last part of the message, if the end is known. */
const UNTIL = '; it admits evictions again from about ';
/** Recomputed ends differ by up to this much, which is not worth a write. */
const SAME_END_MS = 5_000;

/** What a settling budget waits for, and until when; undefined if it is not settling. */
export function settlingMessage({ conditions }: Pick<BudgetStatus, 'conditions'>): string | undefined {
  const condition = conditions.find(({ type }) => type === DISRUPTION_ALLOWED);
  return condition?.reason === SETTLING ? condition.message : undefined;
}

/** Why the budget could not be counted, according to its last writer; undefined if it could. */
export function syncFailure({ conditions }: Pick<BudgetStatus, 'conditions'>): string | undefined {
  const condition = conditions.find(({ type }) => type === DISRUPTION_ALLOWED);
  return condition?.reason === SYNC_FAILED ? condition.message : undefined;
}

/** Sets the condition for whether any zone allows a disruption; other conditions are kept. */
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
 * Sets the condition for a budget whose pods are counted, but which admits nothing yet.
 *
 * @param leftMs until it admits evictions, if known
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

/** Sets the condition for a budget that could not be counted; read by `syncFailure`. */
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
