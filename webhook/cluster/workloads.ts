/** Workloads trimmed to what tells how many pods are expected. */
import * as z from 'zod/mini';
import { type Controller, readObjectMeta } from '../../shared/kube/objects.ts';

export interface Workload {
  name: string;
  namespace: string;
  uid: string;
  replicas: number;
  /** Labels of the pods it makes. */
  templateLabels: Readonly<Record<string, string>>;
  controller: Controller | undefined;
  /** Number of the first pod of a StatefulSet. */
  firstOrdinal: number;
}

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

/** Reads a StatefulSet, Deployment or ReplicaSet. Throws for a malformed one. */
export function readWorkload(value: unknown): Workload {
  const { metadata, spec } = Shape.parse(value);
  const { name, namespace, uid, controller } = readObjectMeta(metadata);
  return {
    name,
    namespace,
    uid,
    replicas: spec?.replicas ?? 1,
    templateLabels: spec?.template?.metadata?.labels ?? {},
    controller,
    firstOrdinal: spec?.ordinals?.start ?? 0,
  };
}
