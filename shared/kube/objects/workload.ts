import * as z from 'zod/mini';
import { ConditionsSchema, ObjectMetaSchema, StringMapSchema } from './metadata.ts';

const Selector = z.object({
  matchLabels: z.optional(z.record(z.string(), z.string())),
  matchExpressions: z.optional(
    z.array(z.object({ key: z.string(), operator: z.string(), values: z._default(z.array(z.string()), []) })),
  ),
});

const Template = z.object({
  metadata: z.prefault(z.object({ labels: StringMapSchema, annotations: StringMapSchema }), {}),
  spec: z.object({
    containers: z.array(z.object({ name: z.string(), image: z._default(z.string(), '') })),
    terminationGracePeriodSeconds: z._default(z.number(), 30),
  }),
});

const IntOrString = z.union([z.number(), z.string()]);

const StatefulSet = z.object({
  metadata: ObjectMetaSchema,
  spec: z.object({
    replicas: z._default(z.number(), 1),
    ordinals: z.prefault(z.object({ start: z._default(z.number(), 0) }), {}),
    selector: Selector,
    podManagementPolicy: z._default(z.string(), 'OrderedReady'),
    updateStrategy: z.prefault(
      z.object({
        type: z._default(z.string(), 'RollingUpdate'),
        rollingUpdate: z.optional(
          z.object({ partition: z.optional(z.number()), maxUnavailable: z.optional(IntOrString) }),
        ),
      }),
      {},
    ),
    minReadySeconds: z._default(z.number(), 0),
    template: Template,
  }),
  status: z.prefault(
    z.object({
      observedGeneration: z._default(z.number(), 0),
      replicas: z._default(z.number(), 0),
      readyReplicas: z._default(z.number(), 0),
      availableReplicas: z._default(z.number(), 0),
      updatedReplicas: z._default(z.number(), 0),
      currentReplicas: z._default(z.number(), 0),
      currentRevision: z._default(z.string(), ''),
      updateRevision: z._default(z.string(), ''),
      collisionCount: z._default(z.number(), 0),
    }),
    {},
  ),
});
export type StatefulSet = z.infer<typeof StatefulSet>;

/** Reads the fields of a StatefulSet that we use, with the API's defaults. Throws ZodError when malformed. */
export function readStatefulSet(value: unknown): StatefulSet {
  return StatefulSet.parse(value);
}

const Deployment = z.object({
  metadata: ObjectMetaSchema,
  spec: z.object({
    replicas: z._default(z.number(), 1),
    selector: Selector,
    paused: z._default(z.boolean(), false),
    strategy: z.prefault(
      z.object({
        type: z._default(z.string(), 'RollingUpdate'),
        rollingUpdate: z.optional(
          z.object({ maxSurge: z.optional(IntOrString), maxUnavailable: z.optional(IntOrString) }),
        ),
      }),
      {},
    ),
    minReadySeconds: z._default(z.number(), 0),
    template: Template,
  }),
  status: z.prefault(
    z.object({
      observedGeneration: z._default(z.number(), 0),
      replicas: z._default(z.number(), 0),
      readyReplicas: z._default(z.number(), 0),
      availableReplicas: z._default(z.number(), 0),
      updatedReplicas: z._default(z.number(), 0),
      unavailableReplicas: z._default(z.number(), 0),
      conditions: ConditionsSchema,
    }),
    {},
  ),
});
export type Deployment = z.infer<typeof Deployment>;

/** Reads the fields of a Deployment that we use, with the API's defaults. Throws ZodError when malformed. */
export function readDeployment(value: unknown): Deployment {
  return Deployment.parse(value);
}

const ControllerRevision = z.object({
  metadata: ObjectMetaSchema,
  /** Counts up with each change of the workload's template. */
  revision: z.number(),
  data: z.optional(z.unknown()),
});
export type ControllerRevision = z.infer<typeof ControllerRevision>;

/** Reads a ControllerRevision; `data` stays as it came. Throws ZodError when malformed. */
export function readControllerRevision(value: unknown): ControllerRevision {
  return ControllerRevision.parse(value);
}
