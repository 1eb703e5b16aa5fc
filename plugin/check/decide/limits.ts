/** What numbers and percentages of update strategies and budgets come to. */
import { parseIntOrPercent } from '../../../shared/int-or-percent.ts';
import type { PodDisruptionBudget } from '../../../shared/kube/objects.ts';
import type { CheckedWorkload } from './objects/workload.ts';

/** The API's default for both limits of a Deployment. */
const DEPLOYMENT_DEFAULT = '25%';

/** @returns undefined for what the API would refuse */
export function podsOf(
  value: number | string,
  total: number,
  round: (pods: number) => number = Math.ceil,
): number | undefined {
  const parsed = parseIntOrPercent(value);
  if (typeof parsed === 'string') return undefined;
  return parsed.kind === 'count' ? parsed.count : round((parsed.percent * total) / 100);
}

/**
 * Pods of a Deployment that may be missing, and that may be there beyond its replicas, in a rolling update. Missing
 * ones are rounded down and further ones up, and both cannot be 0.
 * https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#rolling-update-deployment
 */
export function deploymentLimits({ replicas, strategy }: CheckedWorkload): {
  missing: number;
  further: number;
} {
  const further = podsOf(strategy.maxSurge ?? DEPLOYMENT_DEFAULT, replicas) ?? 0;
  const missing = podsOf(strategy.maxUnavailable ?? DEPLOYMENT_DEFAULT, replicas, Math.floor) ?? 0;
  return { further, missing: further === 0 ? Math.max(1, missing) : missing };
}

/**
 * Pods that a PodDisruptionBudget lets go when all of them are healthy; percentages are rounded up, of either field.
 * It may cover pods of others too, which its status counts.
 *
 * @returns undefined for a budget that says neither
 */
export function allowedBy({ spec, status }: PodDisruptionBudget, replicas: number): number | undefined {
  const total = Math.max(replicas, status.expectedPods);
  if (spec.maxUnavailable !== undefined) return podsOf(spec.maxUnavailable, total);
  const kept = spec.minAvailable === undefined ? undefined : podsOf(spec.minAvailable, total);
  return kept === undefined ? undefined : Math.max(0, total - kept);
}
