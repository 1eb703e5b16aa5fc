import { ApiError, type Kube } from '../../shared/kube/kube.ts';
import { RESOURCES, resourcePath } from '../../shared/kube/paths.ts';

/** A pod as it was chosen: one that is made later under its name is another. */
export interface PodToRemove {
  namespace: string;
  name: string;
  uid: string;
}

/** How pods are removed. */
export interface RemovalWay {
  /** Delete instead of evict: budgets are not asked. Both carry the uid. */
  disableEviction: boolean;
  /** Undefined for each pod's own. */
  gracePeriodSeconds: number | undefined;
}

/**
 * Asks the API server once to remove exactly this pod.
 * https://kubernetes.io/docs/concepts/scheduling-eviction/api-eviction/
 *
 * @param dryRun asks only whether it would be let go now
 * @throws ApiError, ConnectionError
 */
export async function removePod(
  kube: Kube,
  pod: PodToRemove,
  { disableEviction, gracePeriodSeconds }: RemovalWay,
  { dryRun }: { dryRun: boolean } = { dryRun: false },
): Promise<void> {
  const { namespace, name, uid } = pod;
  const address = { ...RESOURCES.pods, namespace, name };
  const deleteOptions = {
    preconditions: { uid },
    ...(gracePeriodSeconds !== undefined && { gracePeriodSeconds }),
    ...(dryRun && { dryRun: ['All'] }),
  };
  // It stands in the query and in the body: admission webhooks see the one, and some servers read the other.
  const how = { retry: 'never', ...(dryRun && { query: { dryRun: 'All' } }) } as const;
  if (disableEviction) {
    const body = { apiVersion: 'v1', kind: 'DeleteOptions', ...deleteOptions };
    await kube.request({ method: 'DELETE', path: resourcePath(address), body, ...how });
    return;
  }
  const metadata = { name, namespace };
  await kube.request({
    method: 'POST',
    path: resourcePath({ ...address, subresource: 'eviction' }),
    body: { apiVersion: 'policy/v1', kind: 'Eviction', metadata, deleteOptions },
    ...how,
  });
}

/** The server's own words; a budget's say more than the sentence around them. */
export function refusalReason(error: ApiError): string {
  const cause = error.causes.find((each) => each.reason === 'DisruptionBudget');
  return cause ? cause.message : error.message;
}

/** Whether the pod that was chosen is not there any more, whoever has its name now. */
export function isPodGone(error: unknown): boolean {
  if (!(error instanceof ApiError)) return false;
  // The words of the two places that compare uids: the storage layer and the registry's delete.
  return error.code === 404 || (error.code === 409 && /\buid in (the )?precondition/i.test(error.message));
}
