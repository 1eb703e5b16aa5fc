/**
 * The fields of Ingresses, their classes and Services that the controller reads. `kubectl zone check` has its own
 * readers, which the sandbox must test independently.
 */
import * as z from 'zod/mini';
import { ObjectMetaSchema } from '../../../../shared/kube/objects/metadata.ts';

/** https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/ingress/annotations/ */
export const ANNOTATION_PREFIX = 'alb.ingress.kubernetes.io/';

/** https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/deploy/pod_readiness_gate/ */
export const INJECT_LABEL = 'elbv2.k8s.aws/pod-readiness-gate-inject';
export const GATE_PREFIX = 'target-health.elbv2.k8s.aws/';

const Backend = z.object({ service: z.optional(z.object({ name: z.string() })) });

const IngressSchema = z.object({
  metadata: ObjectMetaSchema,
  spec: z.object({
    ingressClassName: z.optional(z.string()),
    defaultBackend: z.optional(Backend),
    rules: z._default(
      z.array(z.object({ http: z.optional(z.object({ paths: z.array(z.object({ backend: Backend })) })) })),
      [],
    ),
  }),
});
export type Ingress = z.infer<typeof IngressSchema>;

const IngressClassSchema = z.object({
  metadata: ObjectMetaSchema,
  spec: z.object({ controller: z._default(z.string(), '') }),
});
export type IngressClass = z.infer<typeof IngressClassSchema>;

const ServiceSchema = z.object({
  metadata: ObjectMetaSchema,
  spec: z.object({
    selector: z._default(z.record(z.string(), z.string()), {}),
    ports: z._default(
      z.array(z.object({ port: z.number(), targetPort: z.optional(z.union([z.number(), z.string()])) })),
      [],
    ),
  }),
});
export type Service = z.infer<typeof ServiceSchema>;

/** These throw ZodError for malformed objects. */
export const readIngress = (value: unknown): Ingress => IngressSchema.parse(value);
export const readIngressClass = (value: unknown): IngressClass => IngressClassSchema.parse(value);
export const readService = (value: unknown): Service => ServiceSchema.parse(value);

/** Names of the Services behind an Ingress of class `alb`; empty for other classes. */
export function backendsOf(ingress: Ingress, classes: readonly IngressClass[]): ReadonlySet<string> {
  if (!isAlb(ingress, classes)) return new Set();
  const { defaultBackend, rules } = ingress.spec;
  const backends = [
    defaultBackend,
    ...rules.flatMap(({ http }) => http?.paths ?? []).map((path) => path.backend),
  ];
  const actions = Object.entries(ingress.metadata.annotations)
    .filter(([key]) => key.startsWith(`${ANNOTATION_PREFIX}actions.`))
    .flatMap(([, json]) => servicesOfAction(json));
  return new Set([...backends.flatMap((backend) => backend?.service?.name ?? []), ...actions]);
}

/** https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/ingress/ingress_class/ */
function isAlb({ metadata, spec }: Ingress, classes: readonly IngressClass[]): boolean {
  const annotated = metadata.annotations['kubernetes.io/ingress.class'];
  if (annotated !== undefined) return annotated === 'alb';
  const isDefault = (each: IngressClass) =>
    each.metadata.annotations['ingressclass.kubernetes.io/is-default-class'] === 'true';
  const name = spec.ingressClassName;
  const found = classes.find((each) => (name === undefined ? isDefault(each) : each.metadata.name === name));
  return found ? found.spec.controller === 'ingress.k8s.aws/alb' : name === 'alb';
}

const Action = z.object({
  forwardConfig: z.optional(
    z.object({ targetGroups: z._default(z.array(z.object({ serviceName: z.optional(z.string()) })), []) }),
  ),
});

/** The controller rejects an action that cannot be parsed. */
function servicesOfAction(json: string): string[] {
  try {
    const { forwardConfig } = Action.parse(JSON.parse(json));
    return (forwardConfig?.targetGroups ?? []).flatMap(({ serviceName }) => serviceName ?? []);
  } catch {
    return [];
  }
}
