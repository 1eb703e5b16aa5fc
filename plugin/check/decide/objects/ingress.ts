import * as z from 'zod/mini';
import { ObjectMetaSchema } from '../../../../shared/kube/objects/metadata.ts';

const Backend = z.object({ service: z.nullish(z.object({ name: z.string() })) });

const Ingress = z.object({
  metadata: ObjectMetaSchema,
  spec: z.prefault(
    z.object({
      ingressClassName: z.nullish(z.string()),
      defaultBackend: z.nullish(Backend),
      rules: z.nullish(
        z.array(
          z.object({
            http: z.nullish(z.object({ paths: z._default(z.array(z.object({ backend: Backend })), []) })),
          }),
        ),
      ),
    }),
    {},
  ),
});
export type Ingress = z.infer<typeof Ingress>;

/** Reads an Ingress of `networking.k8s.io/v1`. Throws ZodError when malformed. */
export function readIngress(value: unknown): Ingress {
  return Ingress.parse(value);
}

const IngressClass = z.object({
  metadata: ObjectMetaSchema,
  spec: z.prefault(z.object({ controller: z._default(z.string(), '') }), {}),
});
export type IngressClass = z.infer<typeof IngressClass>;

/** Reads an IngressClass. Throws ZodError when malformed. */
export function readIngressClass(value: unknown): IngressClass {
  return IngressClass.parse(value);
}

const TargetGroupBinding = z.object({
  metadata: ObjectMetaSchema,
  spec: z.object({
    serviceRef: z.object({ name: z.string() }),
    /** Set by the controller's webhook; may be undefined in a manifest. */
    targetType: z.nullish(z.string()),
  }),
});
export type TargetGroupBinding = z.infer<typeof TargetGroupBinding>;

/** Reads a TargetGroupBinding of `elbv2.k8s.aws/v1beta1`. Throws ZodError when malformed. */
export function readTargetGroupBinding(value: unknown): TargetGroupBinding {
  return TargetGroupBinding.parse(value);
}
