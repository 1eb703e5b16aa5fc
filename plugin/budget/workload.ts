import * as z from 'zod/mini';
import { ObjectMetaSchema } from '../../shared/kube/objects/metadata.ts';
import { type ObjectMeta, readDeployment, readStatefulSet } from '../../shared/kube/objects.ts';
import type { LabelSelector } from '../../shared/kube/selectors.ts';

/** Whatever asks for pods: how many, and where their names tell it, which. */
export interface Workload {
  kind: 'StatefulSet' | 'Deployment' | 'ReplicaSet';
  metadata: ObjectMeta;
  replicas: number;
  /** Ordinal of the first pod; undefined where pods have random names. */
  firstOrdinal: number | undefined;
  selector: LabelSelector;
  /** Labels of the pods to come. */
  podLabels: Readonly<Record<string, string>>;
}

export function statefulSetWorkload(object: unknown): Workload {
  const { metadata, spec } = readStatefulSet(object);
  return {
    kind: 'StatefulSet',
    metadata,
    replicas: spec.replicas,
    firstOrdinal: spec.ordinals.start,
    selector: spec.selector,
    podLabels: spec.template.metadata.labels,
  };
}

export function deploymentWorkload(object: unknown): Workload {
  const { metadata, spec } = readDeployment(object);
  return {
    kind: 'Deployment',
    metadata,
    replicas: spec.replicas,
    firstOrdinal: undefined,
    selector: spec.selector,
    podLabels: spec.template.metadata.labels,
  };
}

const ReplicaSet = z.object({
  metadata: ObjectMetaSchema,
  spec: z.object({
    replicas: z._default(z.number(), 1),
    selector: z.object({
      matchLabels: z.optional(z.record(z.string(), z.string())),
      matchExpressions: z.optional(
        z.array(
          z.object({ key: z.string(), operator: z.string(), values: z._default(z.array(z.string()), []) }),
        ),
      ),
    }),
    template: z.optional(
      z.object({ metadata: z.optional(z.object({ labels: z.optional(z.record(z.string(), z.string())) })) }),
    ),
  }),
});

export function replicaSetWorkload(object: unknown): Workload {
  const { metadata, spec } = ReplicaSet.parse(object);
  return {
    kind: 'ReplicaSet',
    metadata,
    replicas: spec.replicas,
    firstOrdinal: undefined,
    selector: spec.selector,
    podLabels: spec.template?.metadata?.labels ?? {},
  };
}

/** Names of the pods that a workload asks for; undefined where names do not tell it. */
export function podNames({ metadata, firstOrdinal, replicas }: Workload): string[] | undefined {
  if (firstOrdinal === undefined) return undefined;
  return Array.from({ length: replicas }, (_, index) => `${metadata.name}-${firstOrdinal + index}`);
}
