import type { Condition } from '../kube/objects.ts';
import type { BudgetStatus } from './types.ts';

/** Type and reasons as in PodDisruptionBudget's status (k8s.io/api/policy/v1). */
const DISRUPTION_ALLOWED = 'DisruptionAllowed';
const SYNC_FAILED = 'SyncFailed';
/** Ours: see L7. */
const SETTLING = 'Settling';

export const SETTLING_MESSAGE =
  'evictions admitted before the budget was created or changed may still be under way; counted within two minutes';

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

/** Conditions that say that the pods are counted, and that nothing is admitted by it yet. */
export function settlingCondition(conditions: readonly Condition[], nowMs: number): readonly Condition[] {
  return withCondition(conditions, nowMs, { status: 'False', reason: SETTLING, message: SETTLING_MESSAGE });
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
