import type { Clock } from '../../../shared/clock.ts';
import { type Fields, fieldsAt, isFields, type KubeObject, timestamp } from '../store/object.ts';
import { budgetsOf, spend } from './budgets.ts';
import type { Catalog } from './catalog.ts';
import { badRequest, type Status, StatusError } from './errors.ts';
import { checkPreconditions, type DeleteOptions, type Objects } from './objects.ts';
import type { Resource } from './resources.ts';

/**
 * Evicts a pod: checks PodDisruptionBudgets, then deletes it gracefully.
 *
 * @param eviction the policy/v1 or v1beta1 Eviction, after webhooks
 * @returns the Success status that the real server returns with 201
 * @throws StatusError 429 over budget, 500 for two budgets, 409 for a failed precondition
 */
export function evict(
  objects: Objects,
  catalog: Catalog,
  clock: Clock,
  pods: Resource,
  pod: KubeObject,
  eviction: Fields,
  dryRun: boolean,
): Status {
  const { name, namespace } = pod.metadata;
  const evicted = fieldsAt(eviction, 'metadata').name;
  if (evicted !== undefined && evicted !== name)
    throw badRequest('name in URL does not match name in Eviction object');
  const options = { ...deleteOptions(eviction.deleteOptions), dryRun };
  checkPreconditions(pods, pod, options.preconditions);

  if (!isExempt(pod)) {
    const budgets = budgetsOf(objects.store, pod);
    if (budgets.length > 1)
      throw new StatusError(
        500,
        '',
        'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.',
      );
    const budget = budgets[0];
    const resource = catalog.find('policy', 'v1', 'poddisruptionbudgets');
    if (budget && resource && !mayGoUnhealthy(pod, budget))
      spend(objects, resource, budget, name, timestamp(clock.nowMs()), dryRun);
  }
  objects.delete(pods, namespace, name, options);
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 };
}

/** Pods that budgets do not protect: finished, not started or terminating. */
function isExempt(pod: KubeObject): boolean {
  const phase = fieldsAt(pod, 'status').phase;
  return (
    pod.metadata.deletionTimestamp !== undefined ||
    phase === 'Succeeded' ||
    phase === 'Failed' ||
    phase === 'Pending'
  );
}

/** An unready pod may be evicted with AlwaysAllow, or if its budget is healthy without it. */
function mayGoUnhealthy(pod: KubeObject, budget: KubeObject): boolean {
  if (conditionOf(pod, 'Ready')?.status === 'True') return false;
  if (fieldsAt(budget, 'spec').unhealthyPodEvictionPolicy === 'AlwaysAllow') return true;
  const { currentHealthy, desiredHealthy } = fieldsAt(budget, 'status');
  return Number(desiredHealthy ?? 0) > 0 && Number(currentHealthy ?? 0) >= Number(desiredHealthy ?? 0);
}

/** A condition of an object's status. */
export function conditionOf(object: Fields, type: string): Fields | undefined {
  const conditions = fieldsAt(object, 'status').conditions;
  return Array.isArray(conditions)
    ? conditions.find((condition): condition is Fields => isFields(condition) && condition.type === type)
    : undefined;
}

/** DeleteOptions from a body; unknown fields are ignored. */
export function deleteOptions(body: unknown): DeleteOptions {
  const given = isFields(body) ? body : {};
  const preconditions = fieldsAt(given, 'preconditions');
  const grace = given.gracePeriodSeconds;
  if (typeof grace === 'number' && grace < 0)
    throw new StatusError(
      422,
      'Invalid',
      `DeleteOptions.meta.k8s.io "" is invalid: gracePeriodSeconds: Invalid value: ${grace}: must be greater than or equal to 0`,
    );
  const policy = given.orphanDependents === true ? 'Orphan' : given.propagationPolicy;
  return {
    gracePeriodSeconds: typeof grace === 'number' ? grace : undefined,
    preconditions: {
      uid: text(preconditions.uid),
      resourceVersion: text(preconditions.resourceVersion),
    },
    propagationPolicy:
      policy === 'Orphan' || policy === 'Foreground' || policy === 'Background' ? policy : undefined,
  };
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
