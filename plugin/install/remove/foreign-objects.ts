import * as z from 'zod/mini';
import { ApiError, type Kube } from '../../../shared/kube/kube.ts';
import { listAll } from '../../../shared/kube/list.ts';
import { type ResourceAddress, resourcePath } from '../../../shared/kube/paths.ts';
import { OURS, SYSTEM_NAMESPACE } from '../manifests/manifest.ts';

/** Kinds whose loss would matter to their owner. */
const KINDS: readonly (ResourceAddress & { singular: string })[] = [
  { group: 'apps', version: 'v1', resource: 'deployments', singular: 'deployment' },
  { group: 'apps', version: 'v1', resource: 'statefulsets', singular: 'statefulset' },
  { group: 'apps', version: 'v1', resource: 'daemonsets', singular: 'daemonset' },
  { group: '', version: 'v1', resource: 'pods', singular: 'pod' },
  { group: '', version: 'v1', resource: 'services', singular: 'service' },
  { group: '', version: 'v1', resource: 'configmaps', singular: 'configmap' },
  { group: '', version: 'v1', resource: 'secrets', singular: 'secret' },
  { group: '', version: 'v1', resource: 'persistentvolumeclaims', singular: 'persistentvolumeclaim' },
];

/** Objects that the webhook, or Kubernetes itself, creates in the namespace. */
const KNOWN = new Set(['secret/kubectl-zone-webhook-tls', 'configmap/kube-root-ca.crt']);
const WEBHOOK_LABEL = { key: 'app.kubernetes.io/name', value: 'kubectl-zone-webhook' };
const SERVICE_ACCOUNT_TOKEN = 'kubernetes.io/service-account-token';

const Item = z.object({
  metadata: z.object({ name: z.string(), labels: z._default(z.record(z.string(), z.string()), {}) }),
  type: z.optional(z.string()),
});

/**
 * Objects of others in our namespace, as `kind/name`. Kinds that may not be listed count as such objects.
 *
 * @throws ConnectionError, and ApiError other than 403
 */
export async function findForeignObjects(kube: Kube, signal: AbortSignal): Promise<string[]> {
  return (await Promise.all(KINDS.map((kind) => foreignObjectsOf(kube, kind, signal)))).flat();
}

async function foreignObjectsOf(
  kube: Kube,
  kind: (typeof KINDS)[number],
  signal: AbortSignal,
): Promise<string[]> {
  try {
    const { items } = await listAll(kube, {
      path: resourcePath({ ...kind, namespace: SYSTEM_NAMESPACE }),
      signal,
    });
    return items
      .map((item) => Item.parse(item))
      .filter(({ metadata: { labels }, type }) => {
        const ours = labels[OURS.key] === OURS.value || labels[WEBHOOK_LABEL.key] === WEBHOOK_LABEL.value;
        return !ours && type !== SERVICE_ACCOUNT_TOKEN;
      })
      .map(({ metadata: { name } }) => `${kind.singular}/${name}`)
      .filter((name) => !KNOWN.has(name));
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== 403) throw error;
    return [`${kind.resource} that cannot be listed (no permission)`];
  }
}
