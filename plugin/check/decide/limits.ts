/** Resolves numbers and percentages of update strategies and budgets. */
import { parseIntOrPercent } from '../../../shared/int-or-percent.ts';
import type { PodDisruptionBudget } from '../../../shared/kube/objects.ts';
import type { CheckedWorkload } from './objects/workload.ts';

/** The API's default for both limits of a Deployment. */
const DEPLOYMENT_DEFAULT = '25%';

/** @returns undefined for a value that the API would refuse */
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
 * maxUnavailable and maxSurge of a Deployment in pods. maxUnavailable is rounded down and maxSurge up, and they cannot both
 * be 0.
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
 * Evictions that a PodDisruptionBudget allows if all pods are healthy; percentages of either field are rounded up. It may
 * also cover pods of other workloads, which its status counts.
 *
 * @returns undefined for a budget with neither field
 */
export function allowedBy({ spec, status }: PodDisruptionBudget, replicas: number): number | undefined {
  const total = Math.max(replicas, status.expectedPods);
  if (spec.maxUnavailable !== undefined) return podsOf(spec.maxUnavailable, total);
  const kept = spec.minAvailable === undefined ? undefined : podsOf(spec.minAvailable, total);
  return kept === undefined ? undefined : Math.max(0, total - kept);
}
