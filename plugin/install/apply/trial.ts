import { ApiError, type Kube } from '../../../shared/kube/kube.ts';
import { RESOURCES, resourcePath } from '../../../shared/kube/paths.ts';
import { TRIAL_LABEL, TRIAL_POD, trialVersion } from '../../../shared/trial.ts';
import type { Manifest } from '../manifests/manifest.ts';

/** Every cluster has it, and the webhook is asked about it. */
export const TRIAL_NAMESPACE = 'default';

/** What became of a trial eviction; see `shared/trial.ts`. */
export type Trial =
  | { kind: 'answered'; version: string }
  /** The API server asks no webhook of ours. */
  | { kind: 'unguarded' }
  /** It asks, and gets no answer that it can use: real evictions are refused. */
  | { kind: 'failed'; message: string }
  /** Somebody else has refused it, such as RBAC or another webhook. */
  | { kind: 'unknown'; message: string };

/** In the names of our webhooks, and so in what the API server says about them. */
const OUR_WEBHOOKS = '.kubectl-zone.dev"';

/**
 * Asks for the eviction of a pod that there is not, as a dry run, to see what evictions meet.
 *
 * @param namespace one whose evictions are guarded
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

/** A webhook configuration that lets the API server ask about trials only: nothing else can be refused by it. */
export function forTrials(configuration: Manifest): Manifest {
  const { webhooks } = configuration as Manifest & { webhooks: readonly object[] };
  const objectSelector = { matchLabels: { [TRIAL_LABEL.key]: TRIAL_LABEL.value } };
  return { ...configuration, webhooks: webhooks.map((webhook) => ({ ...webhook, objectSelector })) };
}

/** Whether a configuration of a cluster is there for trials only, because an installation has not ended. */
export function isForTrials(configuration: Manifest): boolean {
  const webhooks: unknown = configuration.webhooks;
  return (
    Array.isArray(webhooks) &&
    webhooks.some((webhook) => webhook?.objectSelector?.matchLabels?.[TRIAL_LABEL.key] === TRIAL_LABEL.value)
  );
}
