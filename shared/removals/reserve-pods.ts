import { ApiError, type Kube } from '../kube/kube.ts';
import { RESOURCES, resourcePath } from '../kube/paths.ts';
import { RESERVE_LABEL, RESERVE_PRECONDITION_UID, RESERVED_CODE } from '../reserve-only.ts';
import { TRIAL_LABEL, TRIAL_POD, trialVersion } from '../trial.ts';
import type { PodToRemove } from './pod-removal.ts';
import type { RefusedRemoval } from './try-removals.ts';

/**
 * Reserves pods in their ZoneDisruptionBudgets before they are removed by a controller that checks no budget; see
 * `shared/reserve-only.ts`. One after the other: each counts for the next one.
 *
 * Only sent if our webhook answers. Without it there is no budget to reserve in, and the API server would charge the
 * request to a PodDisruptionBudget before it finds the precondition unmet (registry/core/pod/storage/eviction.go).
 *
 * @param pods of one namespace
 * @returns those that must not be removed now, with the webhook's reason
 * @throws ConnectionError
 */
export async function reservePods(kube: Kube, pods: readonly PodToRemove[]): Promise<RefusedRemoval[]> {
  const [first] = pods;
  if (!first || !(await isAnswered(kube, first.namespace))) return [];
  const refused: RefusedRemoval[] = [];
  for (const pod of pods) {
    const reason = await reserve(kube, pod);
    if (reason !== undefined) refused.push({ pod, reason });
  }
  return refused;
}

/** Whether evictions in the namespace reach our webhook, and it answers. */
async function isAnswered(kube: Kube, namespace: string): Promise<boolean> {
  const labels = { [TRIAL_LABEL.key]: TRIAL_LABEL.value };
  const error = await evict(kube, namespace, TRIAL_POD, labels, { dryRun: ['All'] });
  return error !== undefined && trialVersion(error.code, error.message) !== undefined;
}

/** @returns why it was refused; undefined if it is reserved */
async function reserve(kube: Kube, { namespace, name, uid }: PodToRemove): Promise<string | undefined> {
  const preconditions = { uid: RESERVE_PRECONDITION_UID };
  const error = await evict(kube, namespace, name, { [RESERVE_LABEL]: uid }, { preconditions });
  return error?.code === RESERVED_CODE ? undefined : (error?.message ?? 'the reservation was not answered');
}

/** @returns how it was refused; undefined if it was not */
async function evict(
  kube: Kube,
  namespace: string,
  name: string,
  labels: Record<string, string>,
  deleteOptions: { dryRun?: string[]; preconditions?: { uid: string } },
): Promise<ApiError | undefined> {
  try {
    await kube.request({
      method: 'POST',
      path: resourcePath({ ...RESOURCES.pods, namespace, name, subresource: 'eviction' }),
      query: { dryRun: deleteOptions.dryRun?.[0] },
      body: {
        apiVersion: 'policy/v1',
        kind: 'Eviction',
        metadata: { name, namespace, labels },
        deleteOptions,
      },
      retry: 'never',
    });
    return undefined;
  } catch (error) {
    if (error instanceof ApiError) return error;
    throw error;
  }
}
