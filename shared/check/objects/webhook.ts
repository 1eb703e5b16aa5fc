import * as z from 'zod/mini';
import { ObjectMetaSchema } from '../../kube/objects/metadata.ts';

/** Names under which the manifests install it. */
export const WEBHOOK_CONFIGURATION = 'kubectl-zone';
export const WEBHOOK_NAME = 'evictions.kubectl-zone.dev';
export const WEBHOOK_NAMESPACE = 'kubectl-zone-system';
export const WEBHOOK_DEPLOYMENT = 'kubectl-zone-webhook';

/** The webhook that is asked about evictions, and the Deployment behind it. */
export interface EvictionWebhook {
  /** `Fail` or `Ignore`. */
  failurePolicy: string;
  /** Undefined where it runs outside the cluster, or under another name. */
  deployment: WebhookDeployment | undefined;
}

const Webhook = z.object({
  name: z.string(),
  failurePolicy: z._default(z.string(), 'Fail'),
  namespaceSelector: z._default(
    z.object({
      matchLabels: z.optional(z.record(z.string(), z.string())),
      matchExpressions: z.optional(
        z.array(
          z.object({ key: z.string(), operator: z.string(), values: z._default(z.array(z.string()), []) }),
        ),
      ),
    }),
    {},
  ),
});

const Configuration = z.object({ metadata: ObjectMetaSchema, webhooks: z._default(z.array(Webhook), []) });
export type WebhookConfiguration = z.infer<typeof Configuration>;

/** Reads a ValidatingWebhookConfiguration. Throws ZodError when malformed. */
export function readWebhookConfiguration(value: unknown): WebhookConfiguration {
  return Configuration.parse(value);
}

const Deployment = z.object({
  metadata: ObjectMetaSchema,
  spec: z.object({ replicas: z._default(z.number(), 1) }),
});
export type WebhookDeployment = z.infer<typeof Deployment>;

/** Reads as much of the webhook's Deployment as tells how many of it run. Throws ZodError when malformed. */
export function readWebhookDeployment(value: unknown): WebhookDeployment {
  return Deployment.parse(value);
}
