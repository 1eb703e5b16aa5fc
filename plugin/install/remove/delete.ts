import * as z from 'zod/mini';
import { UserError } from '../../../shared/errors.ts';
import { ApiError, type Kube } from '../../../shared/kube/kube.ts';
import { RESOURCES, type ResourceAddress, resourcePath } from '../../../shared/kube/paths.ts';
import { addressOf, type Manifest, SYSTEM_NAMESPACE, shownName } from '../manifests/manifest.ts';

const Live = z.object({ metadata: z.object({ uid: z.string() }) });

/** Objects that the webhook creates itself, without our label. */
export const LEFTOVERS: readonly { shown: string; address: ResourceAddress }[] = [
  {
    shown: 'secret/kubectl-zone-webhook-tls',
    address: {
      group: '',
      version: 'v1',
      resource: 'secrets',
      namespace: SYSTEM_NAMESPACE,
      name: 'kubectl-zone-webhook-tls',
    },
  },
  {
    shown: 'lease.coordination.k8s.io/kubectl-zone-webhook',
    address: { ...RESOURCES.leases, namespace: SYSTEM_NAMESPACE, name: 'kubectl-zone-webhook' },
  },
];

/**
 * Deletes exactly the object that was read: one that was recreated since then is kept.
 *
 * @throws UserError that names the object
 */
export async function deleteObject(
  kube: Kube,
  live: Manifest,
  options: { dryRun: boolean; signal: AbortSignal },
): Promise<void> {
  const { uid } = Live.parse(live).metadata;
  await remove(kube, shownName(live), addressOf(live), { ...options, preconditions: { uid } });
}

/** @returns whether it existed */
export async function deleteLeftover(
  kube: Kube,
  { shown, address }: (typeof LEFTOVERS)[number],
  options: { dryRun: boolean; signal: AbortSignal },
): Promise<boolean> {
  return remove(kube, shown, address, options);
}

async function remove(
  kube: Kube,
  shown: string,
  address: ResourceAddress,
  {
    dryRun,
    signal,
    preconditions,
  }: { dryRun: boolean; signal: AbortSignal; preconditions?: { uid: string } },
): Promise<boolean> {
  try {
    await kube.request({
      method: 'DELETE',
      path: resourcePath(address),
      query: { dryRun: dryRun ? 'All' : undefined },
      body: {
        apiVersion: 'v1',
        kind: 'DeleteOptions',
        propagationPolicy: 'Background',
        ...(preconditions && { preconditions }),
      },
      signal,
    });
    return true;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.code === 404) return false;
    throw new UserError(`${shown}: ${error.message}`, undefined, error);
  }
}
