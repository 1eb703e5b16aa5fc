import * as z from 'zod/mini';
import { ApiError, type Kube } from '../../shared/kube/kube.ts';
import { resourcePath } from '../../shared/kube/paths.ts';
import { matchesLabels } from '../../shared/kube/selectors.ts';

const CONFIGURATION = 'kubectl-zone';
const WEBHOOK = 'evictions.kubectl-zone.dev';
const CONFIGURATIONS = {
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  resource: 'validatingwebhookconfigurations',
};
const NAMESPACES = { group: '', version: 'v1', resource: 'namespaces' };

/** Whether the API server asks the webhook about evictions in a namespace. */
export interface Enforcement {
  kind: 'enforced' | 'not-enforced' | 'unknown';
  /** Empty when it is enforced. */
  reason: string;
  fix: string | undefined;
}

const Configuration = z.object({
  webhooks: z._default(
    z.array(
      z.object({
        name: z.string(),
        failurePolicy: z._default(z.string(), 'Fail'),
        namespaceSelector: z._default(
          z.object({
            matchLabels: z.optional(z.record(z.string(), z.string())),
            matchExpressions: z.optional(
              z.array(
                z.object({
                  key: z.string(),
                  operator: z.string(),
                  values: z._default(z.array(z.string()), []),
                }),
              ),
            ),
          }),
          {},
        ),
      }),
    ),
    [],
  ),
});
const Namespace = z.object({
  metadata: z.object({ labels: z._default(z.record(z.string(), z.string()), {}) }),
});

/** Looks whether zone disruption budgets hold in a namespace. What may not be read leaves it unknown. */
export async function readEnforcement(kube: Kube, namespace: string): Promise<Enforcement> {
  let found: unknown;
  try {
    found = await kube.request({
      method: 'GET',
      path: resourcePath({ ...CONFIGURATIONS, name: CONFIGURATION }),
    });
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.code === 404) return notEnforced(`there is no ValidatingWebhookConfiguration ${CONFIGURATION}`);
    if (error.code !== 403) throw error;
    return {
      kind: 'unknown',
      reason: `the ValidatingWebhookConfiguration ${CONFIGURATION} may not be read`,
      fix: undefined,
    };
  }
  const webhook = Configuration.parse(found).webhooks.find(({ name }) => name === WEBHOOK);
  if (!webhook) return notEnforced(`the ValidatingWebhookConfiguration ${CONFIGURATION} has no ${WEBHOOK}`);
  if (!matchesLabels(webhook.namespaceSelector, await labelsOf(kube, namespace))) {
    return {
      kind: 'not-enforced',
      reason: `${WEBHOOK} leaves out the namespace ${namespace}`,
      fix: `change its namespaceSelector: kubectl edit validatingwebhookconfiguration ${CONFIGURATION}`,
    };
  }
  return { kind: 'enforced', reason: '', fix: undefined };
}

function notEnforced(reason: string): Enforcement {
  return {
    kind: 'not-enforced',
    reason,
    fix: 'install the webhook from a copy of the kubectl-zone repository: kubectl apply -k manifests',
  };
}

/** Every namespace carries its own name as a label; more is known only where the namespace may be read. */
async function labelsOf(kube: Kube, namespace: string): Promise<Readonly<Record<string, string>>> {
  try {
    const path = resourcePath({ ...NAMESPACES, name: namespace });
    return Namespace.parse(await kube.request({ method: 'GET', path })).metadata.labels;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return { 'kubernetes.io/metadata.name': namespace };
  }
}
