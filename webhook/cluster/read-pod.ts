import { ApiError, type Kube } from '../../shared/kube/kube.ts';
import { RESOURCES, resourcePath } from '../../shared/kube/paths.ts';
import { type PodRecord, readPodRecord } from './pod-record.ts';

/**
 * A consistent read: a GET without resourceVersion is answered from etcd.
 *
 * @returns undefined when there is no such pod
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
