import { ApiError, type Kube } from '../../shared/kube/kube.ts';
import { resourcePath } from '../../shared/kube/paths.ts';
import { matchesLabels } from '../../shared/kube/selectors.ts';
import { readNamespace } from '../check/decide/objects/namespace.ts';
import {
  guardAmong,
  readWebhookConfiguration,
  WEBHOOK_CONFIGURATION,
  WEBHOOK_NAME,
} from '../check/decide/objects/webhook.ts';
import { installCommand } from '../install/image.ts';

const CONFIGURATIONS = {
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  resource: 'validatingwebhookconfigurations',
};
const NAMESPACES = { group: '', version: 'v1', resource: 'namespaces' };

/** Whether the API server calls the webhook for evictions in a namespace. */
export interface Enforcement {
  kind: 'enforced' | 'not-enforced' | 'unknown';
  /** Empty if budgets are enforced. */
  reason: string;
  fix: string | undefined;
}

/** Checks whether zone disruption budgets are enforced in a namespace; unknown if it may not be read. */
export async function readEnforcement(kube: Kube, namespace: string): Promise<Enforcement> {
  let found: unknown;
  try {
    found = await kube.request({
      method: 'GET',
      path: resourcePath({ ...CONFIGURATIONS, name: WEBHOOK_CONFIGURATION }),
    });
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.code === 404)
      return notEnforced(`there is no ValidatingWebhookConfiguration ${WEBHOOK_CONFIGURATION}`);
    if (error.code !== 403) throw error;
    return {
      kind: 'unknown',
      reason: `no permission to read the ValidatingWebhookConfiguration ${WEBHOOK_CONFIGURATION}`,
      fix: undefined,
    };
  }
  const webhook = guardAmong([readWebhookConfiguration(found)]);
  if (!webhook)
    return notEnforced(`the ValidatingWebhookConfiguration ${WEBHOOK_CONFIGURATION} has no ${WEBHOOK_NAME}`);
  if (!matchesLabels(webhook.namespaceSelector, await labelsOf(kube, namespace))) {
    return {
      kind: 'not-enforced',
      reason: `${WEBHOOK_NAME} excludes the namespace ${namespace}`,
      fix: `change its namespaceSelector: kubectl edit validatingwebhookconfiguration ${WEBHOOK_CONFIGURATION}`,
    };
  }
  return { kind: 'enforced', reason: '', fix: undefined };
}

function notEnforced(reason: string): Enforcement {
  return {
    kind: 'not-enforced',
    reason,
    fix: `install the webhook: ${installCommand()}`,
  };
}

/** Every namespace has its name as a label; its other labels are known only if it may be read. */
async function labelsOf(kube: Kube, namespace: string): Promise<Readonly<Record<string, string>>> {
  try {
    const path = resourcePath({ ...NAMESPACES, name: namespace });
    return readNamespace(await kube.request({ method: 'GET', path })).metadata.labels;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return { 'kubernetes.io/metadata.name': namespace };
  }
}
