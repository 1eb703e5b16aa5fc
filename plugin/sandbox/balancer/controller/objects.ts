/** The fields of pods that the controller reads. */
import * as z from 'zod/mini';
import { ConditionsSchema, ObjectMetaSchema } from '../../../../shared/kube/objects/metadata.ts';

const Port = z.object({ name: z._default(z.string(), ''), containerPort: z.number() });

const Pod = z.object({
  metadata: ObjectMetaSchema,
  spec: z.object({
    readinessGates: z._default(z.array(z.object({ conditionType: z.string() })), []),
    containers: z.array(z.object({ ports: z._default(z.array(Port), []) })),
  }),
  status: z.prefault(z.object({ podIP: z._default(z.string(), ''), conditions: ConditionsSchema }), {}),
});
export type BackendPod = z.infer<typeof Pod>;

/** Reads a pod. Throws ZodError if it is malformed. */
export function readBackendPod(value: unknown): BackendPod {
  return Pod.parse(value);
}

/** The fields that a webhook needs from a pod that does not exist yet. */
const NewPod = z.object({
  metadata: z.object({ labels: z._default(z.record(z.string(), z.string()), {}) }),
  spec: z.object({ readinessGates: z._default(z.array(z.object({ conditionType: z.string() })), []) }),
});
export type NewPod = z.infer<typeof NewPod>;

const Review = z.object({
  request: z.object({ uid: z.string(), namespace: z.string(), object: NewPod }),
});

/** The request of an AdmissionReview for a pod. Throws ZodError if it is malformed. */
export function readReview(value: unknown): z.infer<typeof Review>['request'] {
  return Review.parse(value).request;
}
