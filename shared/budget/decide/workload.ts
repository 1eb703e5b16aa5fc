/** Workloads reduced to the fields that determine the expected pods. */
import * as z from 'zod/mini';
import { type Controller, readObjectMeta } from '../../kube/objects.ts';

export interface Workload {
  kind: WorkloadKind;
  name: string;
  namespace: string;
  uid: string;
  replicas: number;
  /** Labels of the pods it creates. */
  templateLabels: Readonly<Record<string, string>>;
  controller: Controller | undefined;
  /** Ordinal of the first pod, if pods are named NAME-ORDINAL; undefined if names are random. */
  firstOrdinal: number | undefined;
}

export type WorkloadKind = 'StatefulSet' | 'Deployment' | 'ReplicaSet';

const Spec = z.object({
  replicas: z.nullish(z.number()),
  ordinals: z.nullish(z.object({ start: z.nullish(z.number()) })),
  template: z.nullish(
    z.object({
      metadata: z.nullish(z.object({ labels: z.nullish(z.record(z.string(), z.string())) })),
    }),
  ),
});
const Shape = z.object({ metadata: z.unknown(), spec: z.nullish(Spec) });

/**
 * Parses a StatefulSet, Deployment or ReplicaSet.
 *
 * @param kind its kind, which list items do not include
 * @throws ZodError, TypeError if malformed
 */
export function readWorkload(kind: WorkloadKind, object: unknown): Workload {
  const { metadata, spec } = Shape.parse(object);
  const { name, namespace, uid, controller } = readObjectMeta(metadata);
  return {
    kind,
    name,
    namespace,
    uid,
    replicas: spec?.replicas ?? 1,
    templateLabels: spec?.template?.metadata?.labels ?? {},
    controller,
    firstOrdinal: kind === 'StatefulSet' ? (spec?.ordinals?.start ?? 0) : undefined,
  };
}
