import * as z from 'zod/mini';
import { ObjectMetaSchema } from './metadata.ts';
import { IntOrStringSchema, LabelSelectorSchema } from './parts.ts';

const PodDisruptionBudget = z.object({
  metadata: ObjectMetaSchema,
  spec: z.prefault(
    z.object({
      selector: z.optional(LabelSelectorSchema),
      minAvailable: z.optional(IntOrStringSchema),
      maxUnavailable: z.optional(IntOrStringSchema),
      unhealthyPodEvictionPolicy: z.optional(z.string()),
    }),
    {},
  ),
  status: z.prefault(
    z.object({
      observedGeneration: z._default(z.number(), 0),
      currentHealthy: z._default(z.number(), 0),
      desiredHealthy: z._default(z.number(), 0),
      expectedPods: z._default(z.number(), 0),
      disruptionsAllowed: z._default(z.number(), 0),
    }),
    {},
  ),
});
export type PodDisruptionBudget = z.infer<typeof PodDisruptionBudget>;

/** Parses the fields of a `policy/v1` PodDisruptionBudget that we use. Throws ZodError if malformed. */
export function readPodDisruptionBudget(value: unknown): PodDisruptionBudget {
  return PodDisruptionBudget.parse(value);
}
