import { ApiError, type ConnectionError, type Kube } from '../kube/kube.ts';
import { type Pod, readPod } from '../kube/objects.ts';
import { RESOURCES, resourcePath } from '../kube/paths.ts';
import { WireError } from '../kube/wire.ts';
import type { RemovablePod } from './decide/unanswered.ts';

/** A pod as it was chosen: one that is made later under its name is another. */
export interface PodToRemove {
  namespace: string;
  name: string;
  uid: string;
  /** As it was seen when it was chosen: the request fails once the pod has changed. Undefined: whatever it has become. */
  resourceVersion?: string | undefined;
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
  const { namespace, name, uid, resourceVersion } = pod;
  const address = { ...RESOURCES.pods, namespace, name };
  const deleteOptions = {
    preconditions: { uid, ...(resourceVersion !== undefined && { resourceVersion }) },
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

/** Whether the request was bound to a version that the pod no longer has. */
export function isPodChanged(error: unknown): boolean {
  // Again the words of two places, as above.
  return (
    error instanceof ApiError &&
    error.code === 409 &&
    /\bresourceVersion in (the )?precondition/i.test(error.message)
  );
}

/** After this the request may still be carried out: a server that gave up waiting, or a connection that broke, tells nothing. */
export function isNoAnswer(error: ApiError | ConnectionError): boolean {
  if (error instanceof ApiError) return error.code >= 500 || error.code === 408;
  return !(error instanceof WireError) || error.sent;
}

/** The annotation that is written to give a pod another version. */
const RULED_OUT = 'kubectl-zone.dev/eviction-ruled-out';

/**
 * Makes every request impossible that was bound to a version of this pod: writes an annotation, and with it the pod has
 * another version.
 *
 * @returns the pod as it is then
 * @throws ApiError, ConnectionError; ApiError 409 or 404 when it is not this pod any more
 */
export async function changeVersion(kube: Kube, pod: PodToRemove, atMs: number): Promise<RemovablePod> {
  const { namespace, name, uid } = pod;
  const annotations = { [RULED_OUT]: new Date(atMs).toISOString() };
  const answer = await kube.request({
    method: 'PATCH',
    patch: 'merge',
    path: resourcePath({ ...RESOURCES.pods, namespace, name }),
    body: { metadata: { uid, annotations } },
  });
  return removable(readPod(answer));
}

/** What a pod tells of requests to remove it. */
export function removable({ metadata, status }: Pod): RemovablePod {
  const { uid, resourceVersion, deletionTimestampMs } = metadata;
  return {
    uid,
    resourceVersion,
    terminating: deletionTimestampMs !== undefined,
    marked: status.conditions.some((each) => each.type === 'DisruptionTarget' && each.status === 'True'),
  };
}
