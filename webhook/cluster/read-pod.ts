/**
 * Consistent reads of pods: without a resourceVersion, GET and LIST never return data older than any earlier response.
 */
import type { PodRecord } from '../../shared/budget/decide/pod-record.ts';
import { ApiError, type Kube } from '../../shared/kube/kube.ts';
import { listAll } from '../../shared/kube/list.ts';
import { fields, text } from '../../shared/kube/objects/fields.ts';
import { RESOURCES, resourcePath } from '../../shared/kube/paths.ts';
import { readPodRecord } from './pod-record.ts';
import { trimmingPods } from './trim.ts';

/** Complete pods are large. */
const PAGE_SIZE = 250;

/**
 * A consistent read of one pod.
 *
 * @returns undefined if the pod does not exist
 * @throws ApiError, ConnectionError
 */
export async function fetchPod(
  kube: Kube,
  at: { namespace: string; name: string },
  timeoutMs: number,
): Promise<PodRecord | undefined> {
  try {
    const path = resourcePath({ ...RESOURCES.pods, ...at });
    return readPodRecord(await kube.request({ method: 'GET', path, timeoutMs }));
  } catch (error) {
    if (error instanceof ApiError && error.code === 404) return undefined;
    throw error;
  }
}

/**
 * A consistent list of the pods with these labels. Pages are trimmed as they arrive, so that many pods fit into memory.
 *
 * @param labelSelector in the form of the query parameter
 * @throws ApiError, ConnectionError
 */
export async function fetchPods(
  kube: Kube,
  { namespace, labelSelector }: { namespace: string; labelSelector: string },
  timeoutMs: number,
): Promise<PodRecord[]> {
  const path = resourcePath({ ...RESOURCES.pods, namespace });
  const { items } = await listAll(trimmingPods(kube), {
    path,
    query: { labelSelector },
    pageSize: PAGE_SIZE,
    timeoutMs,
  });
  return items.map(readPodRecord);
}

/**
 * The resourceVersion that the API server has reached for pods in all namespaces.
 *
 * @throws ApiError, ConnectionError
 */
export async function podsVersion(kube: Kube, namespace: string, timeoutMs: number): Promise<string> {
  const path = resourcePath({ ...RESOURCES.pods, namespace });
  const page = await trimmingPods(kube).request({ method: 'GET', path, query: { limit: 1 }, timeoutMs });
  return text(fields(fields(page, 'list').metadata, 'metadata').resourceVersion, 'metadata.resourceVersion');
}
