import { seen } from '../finding.ts';
import { mayHaveZoneBudget } from '../input.ts';
import {
  WEBHOOK_CONFIGURATION,
  WEBHOOK_DEPLOYMENT,
  WEBHOOK_NAME,
  WEBHOOK_NAMESPACE,
} from '../objects/webhook.ts';
import type { Rule } from '../rule.ts';
import { SOURCES } from '../sources.ts';

const CONFIGURATION = { kind: 'ValidatingWebhookConfiguration', name: WEBHOOK_CONFIGURATION };
const NEEDS = ['zonedisruptionbudgets', 'validatingwebhookconfigurations'] as const;

export const webhookMissing: Rule = {
  id: 'webhook-missing',
  severity: 'error',
  title: 'Nothing enforces the zone budget',
  why: 'A ZoneDisruptionBudget is data. It is enforced only if the API server calls the webhook for evictions in the namespace of the pods.',
  source: SOURCES.zoneBudget,
  // Its namespaceSelector may go by labels.
  needs: [...NEEDS, 'namespaces'],
  concerns: mayHaveZoneBudget,
  check({ workload, zoneBudgets, webhook }) {
    const [budget] = zoneBudgets;
    if (!budget || webhook) return [];
    return [
      {
        evidence: [
          seen(
            { kind: 'ZoneDisruptionBudget', name: budget.metadata.name },
            'spec.selector',
            'covers the pods',
          ),
          seen(CONFIGURATION, `webhooks[${WEBHOOK_NAME}]`, null),
        ],
        consequence: 'Drains and autoscalers may evict pods of several zones at once: quorum is lost.',
        fix: `Install the webhook with kubectl zone install, or make its namespaceSelector match ${workload.namespace}.`,
      },
    ];
  },
};

export const webhookFailsOpen: Rule = {
  id: 'webhook-fails-open',
  severity: 'warning',
  title: 'Evictions are admitted if the webhook does not answer',
  why: 'With failurePolicy Ignore the API server admits evictions if it cannot reach the webhook. This is likely during node drains, which also evict the webhook’s replicas.',
  source: SOURCES.failurePolicy,
  needs: NEEDS,
  concerns: mayHaveZoneBudget,
  check({ zoneBudgets, webhook }) {
    if (zoneBudgets.length === 0 || webhook?.failurePolicy !== 'Ignore') return [];
    return [
      {
        evidence: [seen(CONFIGURATION, `webhooks[${WEBHOOK_NAME}].failurePolicy`, 'Ignore')],
        consequence: 'While the webhook is unavailable pods of several zones may be evicted at once.',
        fix: 'Set failurePolicy to Fail.',
        patches: [
          {
            apiVersion: 'admissionregistration.k8s.io/v1',
            kind: CONFIGURATION.kind,
            namespace: undefined,
            name: WEBHOOK_CONFIGURATION,
            type: 'strategic' as const,
            body: { webhooks: [{ name: WEBHOOK_NAME, failurePolicy: 'Fail' }] },
          },
        ],
      },
    ];
  },
};

export const webhookSingle: Rule = {
  id: 'webhook-single',
  severity: 'warning',
  title: 'The webhook has one replica',
  why: 'While its only pod is moved no eviction can be decided. With failurePolicy Fail all evictions are refused, with Ignore all are admitted.',
  source: SOURCES.webhookAvailability,
  needs: [...NEEDS, 'webhook-deployment'],
  concerns: mayHaveZoneBudget,
  check({ zoneBudgets, webhook }) {
    const deployment = webhook?.deployment;
    if (zoneBudgets.length === 0 || !deployment || deployment.spec.replicas > 1) return [];
    return [
      {
        evidence: [
          seen({ kind: 'Deployment', name: WEBHOOK_DEPLOYMENT }, 'spec.replicas', deployment.spec.replicas),
        ],
        consequence: 'Drains stop whenever the webhook’s node is drained.',
        fix: 'Run two replicas.',
        patches: [
          {
            apiVersion: 'apps/v1',
            kind: 'Deployment',
            namespace: WEBHOOK_NAMESPACE,
            name: WEBHOOK_DEPLOYMENT,
            type: 'strategic' as const,
            body: { spec: { replicas: 2 } },
          },
        ],
      },
    ];
  },
};
