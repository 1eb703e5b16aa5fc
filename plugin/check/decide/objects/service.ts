import * as z from 'zod/mini';
import { ObjectMetaSchema, StringMapSchema } from '../../../../shared/kube/objects/metadata.ts';
import { IntOrStringSchema } from '../../../../shared/kube/objects/parts.ts';

const Service = z.object({
  metadata: ObjectMetaSchema,
  spec: z.object({
    type: z._default(z.string(), 'ClusterIP'),
    /** `None` for a headless Service, with which clients choose pods themselves. */
    clusterIP: z._default(z.string(), ''),
    /** Without a selector only the owner of the Service determines its pods. */
    selector: StringMapSchema,
    loadBalancerClass: z.nullish(z.string()),
    externalTrafficPolicy: z._default(z.string(), 'Cluster'),
    ports: z.nullish(z.array(z.object({ port: z.number(), targetPort: z.nullish(IntOrStringSchema) }))),
  }),
});
export type Service = z.infer<typeof Service>;

/** Reads a Service with the API's defaults. Throws ZodError when malformed. */
export function readService(value: unknown): Service {
  return Service.parse(value);
}
