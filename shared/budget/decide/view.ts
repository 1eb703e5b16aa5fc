/** What may be relied on in a budget. */
import { parseIntOrPercent, resolveIntOrPercent } from '../../int-or-percent.ts';
import { settlingMessage, syncFailure } from './condition.ts';
import type { BudgetProblem, BudgetView } from './decide.ts';
import { ALWAYS_ALLOW, IF_HEALTHY_BUDGET } from './policy.ts';
import { distrust, PROTOCOL } from './trust.ts';
import type { BudgetSpec, ZoneDisruptionBudget } from './types.ts';

/** The budget as input to the decision, or why it allows no decision (B4). */
export function viewBudget({ metadata, spec, status }: ZoneDisruptionBudget): BudgetView | BudgetProblem {
  const name = `budget ${metadata.namespace}/${metadata.name}`;
  const policy = spec.unhealthyPodEvictionPolicy;
  if (policy !== ALWAYS_ALLOW && policy !== IF_HEALTHY_BUDGET) {
    return {
      code: 'invalid-budget',
      reason: `${name} has the unhealthyPodEvictionPolicy "${policy}"`,
      fix: `set it to ${ALWAYS_ALLOW} or ${IF_HEALTHY_BUDGET}`,
    };
  }
  const maxUnavailable = maxUnavailablePods(spec, status.expectedReplicas);
  if (typeof maxUnavailable === 'string') {
    return {
      code: 'invalid-budget',
      reason: `invalid maxUnavailable of ${name}: ${maxUnavailable}`,
      fix: 'correct spec.maxUnavailable',
    };
  }
  const failure = syncFailure(status);
  if (failure !== undefined) return uncountable({ metadata }, failure);
  if (distrust({ metadata, spec, status }) === 'newer-protocol') {
    return {
      code: 'newer-protocol',
      reason: `${name} is managed by a newer version of the webhook (ledger version ${status.protocol})`,
      fix: `this program supports version ${PROTOCOL}: upgrade it, or try again`,
    };
  }
  const counter = 'check that the webhook is running, and try again';
  if (status.identity !== '' && distrust({ metadata, spec, status }) !== undefined) {
    return settlingProblem({ metadata, status });
  }
  if (distrust({ metadata, spec, status }) !== undefined) {
    return { code: 'not-counted', reason: `the pods of ${name} have not been counted yet`, fix: counter };
  }
  if (status.observedGeneration !== metadata.generation) {
    return {
      code: 'not-observed',
      reason: `the pods of ${name} have not been counted since its spec was changed`,
      fix: counter,
    };
  }
  return { zones: status.zones, reservations: status.reservations, maxUnavailable };
}

/** L7: evictions that are in flight and in no ledger may still be carried out. */
export function settlingProblem({
  metadata,
  status,
}: Pick<ZoneDisruptionBudget, 'metadata' | 'status'>): BudgetProblem {
  const why =
    settlingMessage(status) ?? 'its status was written by another client, or restored from a backup';
  return {
    code: 'settling',
    reason: `budget ${metadata.namespace}/${metadata.name} is settling and admits nothing yet: ${why}`,
    fix: 'try again then',
  };
}

/**
 * The problem of a budget whose pods cannot be counted.
 *
 * @param why the second half of a sentence, with what would change that
 */
export function uncountable(
  { metadata }: Pick<ZoneDisruptionBudget, 'metadata'>,
  why: string,
): BudgetProblem {
  return {
    code: 'sync-failed',
    reason: `the pods of budget ${metadata.namespace}/${metadata.name} cannot be counted: ${why}`,
    fix: 'the budget is counted again as soon as this changes',
  };
}

const UNCOUNTED: ReadonlySet<BudgetProblem['code']> = new Set(['not-counted', 'not-observed', 'settling']);

/**
 * Which of two problems is reported.
 *
 * @param stored from `viewBudget`
 * @param own found by counting the pods here
 */
export function causeOf(stored: BudgetProblem, own: BudgetProblem): BudgetProblem {
  return UNCOUNTED.has(stored.code) ? own : stored;
}

/**
 * spec.maxUnavailable in pods. A percentage is of all expected replicas of all zones and rounded up, as in
 * AWS's controller.
 *
 * @returns a sentence if the field cannot be used
 */
export function maxUnavailablePods(spec: BudgetSpec, expectedReplicas: number): number | string {
  if (spec.maxUnavailable === undefined) return 'it is not set';
  const parsed = parseIntOrPercent(spec.maxUnavailable);
  return typeof parsed === 'string' ? parsed : resolveIntOrPercent(parsed, expectedReplicas);
}
