import { ApiError, type Kube } from '../../../shared/kube/kube.ts';
import { RESOURCES, resourcePath } from '../../../shared/kube/paths.ts';
import { TRIAL_LABEL, TRIAL_POD, trialVersion } from '../../../shared/trial.ts';
import type { Manifest } from '../manifests/manifest.ts';

/** Exists in every cluster, and is covered by the webhook. */
export const TRIAL_NAMESPACE = 'default';

/** The result of a trial eviction; see `shared/trial.ts`. */
export type Trial =
  | { kind: 'answered'; version: string }
  /** The API server does not call our webhook. */
  | { kind: 'unguarded' }
  /** It calls the webhook and gets no valid answer: real evictions are refused. */
  | { kind: 'failed'; message: string }
  /** Refused by something else, such as RBAC or another webhook. */
  | { kind: 'unknown'; message: string };

/** Part of the names of our webhooks, and so of the API server's messages about them. */
const OUR_WEBHOOKS = '.kubectl-zone.dev"';

/**
 * Requests a dry-run eviction of a pod that does not exist, to find out what answers evictions.
 *
 * @param namespace one in which budgets are enforced
 * @throws ConnectionError
 */
export async function tryEviction(
  kube: Kube,
  signal?: AbortSignal,
  namespace: string = TRIAL_NAMESPACE,
): Promise<Trial> {
  try {
    await kube.request({
      method: 'POST',
      path: resourcePath({ ...RESOURCES.pods, namespace, name: TRIAL_POD, subresource: 'eviction' }),
      query: { dryRun: 'All' },
      body: {
        apiVersion: 'policy/v1',
        kind: 'Eviction',
        metadata: { name: TRIAL_POD, namespace, labels: { [TRIAL_LABEL.key]: TRIAL_LABEL.value } },
        deleteOptions: { dryRun: ['All'] },
      },
      retry: 'never',
      ...(signal && { signal }),
    });
    return { kind: 'unguarded' };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const version = trialVersion(error.code, error.message);
    if (version !== undefined) return { kind: 'answered', version };
    if (error.code === 404) return { kind: 'unguarded' };
    return { kind: error.message.includes(OUR_WEBHOOKS) ? 'failed' : 'unknown', message: error.message };
  }
}

/** A webhook configuration for trial evictions only: it cannot refuse anything else. */
export function forTrials(configuration: Manifest): Manifest {
  const { webhooks } = configuration as Manifest & { webhooks: readonly object[] };
  const objectSelector = { matchLabels: { [TRIAL_LABEL.key]: TRIAL_LABEL.value } };
  return { ...configuration, webhooks: webhooks.map((webhook) => ({ ...webhook, objectSelector })) };
}

/** Whether a configuration in the cluster is for trial evictions only, because an installation is not complete. */
export function isForTrials(configuration: Manifest): boolean {
  const webhooks: unknown = configuration.webhooks;
  return (
    Array.isArray(webhooks) &&
    webhooks.some((webhook) => webhook?.objectSelector?.matchLabels?.[TRIAL_LABEL.key] === TRIAL_LABEL.value)
  );
}
