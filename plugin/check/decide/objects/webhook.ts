import * as z from 'zod/mini';
import { ObjectMetaSchema } from '../../../../shared/kube/objects/metadata.ts';
import { LabelSelectorSchema } from '../../../../shared/kube/objects/parts.ts';
import { TRIAL_LABEL } from '../../../../shared/trial.ts';

/** Names in the manifests. */
export const WEBHOOK_CONFIGURATION = 'kubectl-zone';
export const WEBHOOK_NAME = 'evictions.kubectl-zone.dev';
export const WEBHOOK_NAMESPACE = 'kubectl-zone-system';
export const WEBHOOK_DEPLOYMENT = 'kubectl-zone-webhook';

/** The webhook that is called for evictions, and its Deployment. */
export interface EvictionWebhook {
  /** `Fail` or `Ignore`. */
  failurePolicy: string;
  /** Undefined if it runs outside the cluster, or under another name. */
  deployment: WebhookDeployment | undefined;
}

const Webhook = z.object({
  name: z.string(),
  failurePolicy: z._default(z.string(), 'Fail'),
  namespaceSelector: z._default(LabelSelectorSchema, {}),
  objectSelector: z._default(LabelSelectorSchema, {}),
});

const Configuration = z.object({ metadata: ObjectMetaSchema, webhooks: z._default(z.array(Webhook), []) });
export type WebhookConfiguration = z.infer<typeof Configuration>;

/** Reads a ValidatingWebhookConfiguration. Throws ZodError when malformed. */
export function readWebhookConfiguration(value: unknown): WebhookConfiguration {
  return Configuration.parse(value);
}

/** Our webhook that guards evictions; undefined where there is none, or where it is only asked about trials yet. */
export function guardAmong(
  configurations: readonly WebhookConfiguration[],
): WebhookConfiguration['webhooks'][number] | undefined {
  return configurations
    .flatMap(({ webhooks }) => webhooks)
    .find(
      ({ name, objectSelector }) =>
        name === WEBHOOK_NAME && objectSelector.matchLabels?.[TRIAL_LABEL.key] !== TRIAL_LABEL.value,
    );
}

const Deployment = z.object({
  metadata: ObjectMetaSchema,
  spec: z.object({ replicas: z._default(z.number(), 1) }),
});
export type WebhookDeployment = z.infer<typeof Deployment>;

/** Reads the number of replicas from the webhook's Deployment. Throws ZodError when malformed. */
export function readWebhookDeployment(value: unknown): WebhookDeployment {
  return Deployment.parse(value);
}
