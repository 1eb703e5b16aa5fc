import * as z from 'zod/mini';
import { ConditionsSchema, ObjectMetaSchema, StringMapSchema } from './metadata.ts';
import { IntOrStringSchema, LabelSelectorSchema } from './parts.ts';

const Template = z.object({
  metadata: z.prefault(z.object({ labels: StringMapSchema, annotations: StringMapSchema }), {}),
  spec: z.object({
    containers: z.array(z.object({ name: z.string(), image: z._default(z.string(), '') })),
    terminationGracePeriodSeconds: z._default(z.number(), 30),
  }),
});

/** Status counts that both kinds have. */
const COUNTS = {
  observedGeneration: z._default(z.number(), 0),
  replicas: z._default(z.number(), 0),
  readyReplicas: z._default(z.number(), 0),
  availableReplicas: z._default(z.number(), 0),
  updatedReplicas: z._default(z.number(), 0),
};

/** `spec.updateStrategy` of a StatefulSet. */
export const UpdateStrategySchema = z.object({
  type: z._default(z.string(), 'RollingUpdate'),
  rollingUpdate: z.optional(
    z.object({ partition: z.optional(z.number()), maxUnavailable: z.optional(IntOrStringSchema) }),
  ),
});

const StatefulSet = z.object({
  metadata: ObjectMetaSchema,
  spec: z.object({
    replicas: z._default(z.number(), 1),
    ordinals: z.prefault(z.object({ start: z._default(z.number(), 0) }), {}),
    selector: LabelSelectorSchema,
    podManagementPolicy: z._default(z.string(), 'OrderedReady'),
    updateStrategy: z.prefault(UpdateStrategySchema, {}),
    minReadySeconds: z._default(z.number(), 0),
    template: Template,
  }),
  status: z.prefault(
    z.object({
      ...COUNTS,
      currentReplicas: z._default(z.number(), 0),
      currentRevision: z._default(z.string(), ''),
      updateRevision: z._default(z.string(), ''),
      collisionCount: z._default(z.number(), 0),
    }),
    {},
  ),
});
export type StatefulSet = z.infer<typeof StatefulSet>;

/** Parses the fields of a StatefulSet that we use, with the API's defaults. Throws ZodError if malformed. */
export function readStatefulSet(value: unknown): StatefulSet {
  return StatefulSet.parse(value);
}

const Deployment = z.object({
  metadata: ObjectMetaSchema,
  spec: z.object({
    replicas: z._default(z.number(), 1),
    selector: LabelSelectorSchema,
    paused: z._default(z.boolean(), false),
    strategy: z.prefault(
      z.object({
        type: z._default(z.string(), 'RollingUpdate'),
        rollingUpdate: z.optional(
          z.object({
            maxSurge: z.optional(IntOrStringSchema),
            maxUnavailable: z.optional(IntOrStringSchema),
          }),
        ),
      }),
      {},
    ),
    minReadySeconds: z._default(z.number(), 0),
    template: Template,
  }),
  status: z.prefault(
    z.object({
      ...COUNTS,
      unavailableReplicas: z._default(z.number(), 0),
      conditions: ConditionsSchema,
    }),
    {},
  ),
});
export type Deployment = z.infer<typeof Deployment>;

/** Parses the fields of a Deployment that we use, with the API's defaults. Throws ZodError if malformed. */
export function readDeployment(value: unknown): Deployment {
  return Deployment.parse(value);
}

const ControllerRevision = z.object({
  metadata: ObjectMetaSchema,
  /** Incremented with each change of the workload's template. */
  revision: z.number(),
  data: z.optional(z.unknown()),
});
export type ControllerRevision = z.infer<typeof ControllerRevision>;

/** Parses a ControllerRevision; `data` is kept unchanged. Throws ZodError if malformed. */
export function readControllerRevision(value: unknown): ControllerRevision {
  return ControllerRevision.parse(value);
}
