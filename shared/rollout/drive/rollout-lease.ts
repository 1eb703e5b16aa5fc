import { ApiError, type Kube } from '../../kube/kube.ts';
import { type Lease, readLease } from '../../kube/objects.ts';
import { RESOURCES, resourcePath } from '../../kube/paths.ts';

/** Another process may take over this long after the holder was last seen alive. */
export const LEASE_DURATION_MS = 15_000;

/** The Lease of a rollout; undefined if the workload was never rolled out. */
export async function fetchRolloutLease(
  kube: Kube,
  at: { namespace: string; name: string },
): Promise<Lease | undefined> {
  try {
    return readLease(
      await kube.request({ method: 'GET', path: resourcePath({ ...RESOURCES.leases, ...at }) }),
    );
  } catch (error) {
    if (error instanceof ApiError && error.code === 404) return undefined;
    throw error;
  }
}

/**
 * Orders write only annotations: the holder's own fields stay unchanged.
 *
 * @returns the updated Lease
 */
export async function annotateLease(
  kube: Kube,
  at: { namespace: string; name: string },
  annotations: Readonly<Record<string, string | null>>,
): Promise<Lease> {
  const lease = await kube.request({
    method: 'PATCH',
    patch: 'merge',
    path: resourcePath({ ...RESOURCES.leases, ...at }),
    body: { metadata: { annotations } },
  });
  return readLease(lease);
}
