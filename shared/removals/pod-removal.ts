import { ApiError, type ConnectionError, type Kube } from '../kube/kube.ts';
import { type Pod, readPod } from '../kube/objects.ts';
import { RESOURCES, resourcePath } from '../kube/paths.ts';
import { WireError } from '../kube/wire.ts';
import type { RemovablePod } from './decide/unanswered.ts';

/** A chosen pod: one created later with the same name is another. */
export interface PodToRemove {
  namespace: string;
  name: string;
  uid: string;
  /** When it was chosen: the request fails if the pod has changed since. Undefined: in any version. */
  resourceVersion?: string | undefined;
}

/** How pods are removed. */
export interface RemovalWay {
  /** Delete instead of evict: budgets are not checked. Both have the uid as a precondition. */
  disableEviction: boolean;
  /** Undefined for each pod's own. */
  gracePeriodSeconds: number | undefined;
}

/**
 * Requests once that the API server remove exactly this pod.
 * https://kubernetes.io/docs/concepts/scheduling-eviction/api-eviction/
 *
 * @param dryRun only checks whether the removal would be allowed now
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
  // In both query and body: admission webhooks see the one, and some servers read the other.
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

/** The server's message; a budget's cause says more than the sentence around it. */
export function refusalReason(error: ApiError): string {
  const cause = error.causes.find((each) => each.reason === 'DisruptionBudget');
  return cause ? cause.message : error.message;
}

/** Whether the chosen pod no longer exists, even if another has its name. */
export function isPodGone(error: unknown): boolean {
  if (!(error instanceof ApiError)) return false;
  // The messages of the two places that compare uids: the storage layer and the registry's delete.
  return error.code === 404 || (error.code === 409 && /\buid in (the )?precondition/i.test(error.message));
}

/** Whether the request required a version that the pod no longer has. */
export function isPodChanged(error: unknown): boolean {
  // The messages of two places, as above.
  return (
    error instanceof ApiError &&
    error.code === 409 &&
    /\bresourceVersion in (the )?precondition/i.test(error.message)
  );
}

/** After this the request may still be carried out: a server timeout or a broken connection is not a result. */
export function isNoAnswer(error: ApiError | ConnectionError): boolean {
  if (error instanceof ApiError) return error.code >= 500 || error.code === 408;
  return !(error instanceof WireError) || error.sent;
}

/** The annotation written to change a pod's version. */
const RULED_OUT = 'kubectl-zone.dev/eviction-ruled-out';

/**
 * Makes every request impossible that requires an earlier version of this pod: writes an annotation, which
 * changes the pod's version.
 *
 * @returns the changed pod
 * @throws ApiError, ConnectionError; ApiError 409 or 404 if the pod was replaced or is gone
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

/** The fields of a pod that show the outcome of removal requests. */
export function removable({ metadata, status }: Pod): RemovablePod {
  const { uid, resourceVersion, deletionTimestampMs } = metadata;
  return {
    uid,
    resourceVersion,
    terminating: deletionTimestampMs !== undefined,
    marked: status.conditions.some((each) => each.type === 'DisruptionTarget' && each.status === 'True'),
  };
}
