import { createHash } from 'node:crypto';
import * as z from 'zod/mini';
import { ObjectMetaSchema } from '../../kube/objects/metadata.ts';
import { type Deployment, readDeployment } from '../../kube/objects.ts';
import { type Manager, readManagers } from './field-managers.ts';

/** The label by which the Deployment controller tells the ReplicaSets of one Deployment, and their pods, apart. */
export const HASH_LABEL = 'pod-template-hash';

/** The number that the Deployment controller gives a template; a template that comes back gets the newest one. */
export const REVISION_ANNOTATION = 'deployment.kubernetes.io/revision';

/** A Deployment with what its rollout needs beyond the common fields. */
export interface RolledDeployment extends Deployment {
  progressDeadlineSeconds: number | undefined;
  /** Who has written its spec, the fields that we change and the template. */
  managers: readonly Manager[];
  /** Equal for equal templates; see `revisionOfTemplate`. */
  revision: string;
}

const Rest = z.object({
  metadata: z.object({ name: z.string(), managedFields: z.optional(z.unknown()) }),
  spec: z.object({ progressDeadlineSeconds: z.optional(z.number()), template: z.unknown() }),
});

/** Throws ZodError when malformed. */
export function readRolledDeployment(value: unknown): RolledDeployment {
  const { metadata, spec } = Rest.parse(value);
  const { progressDeadlineSeconds, template } = spec;
  const revision = revisionOfTemplate(metadata.name, template);
  const managers = readManagers(metadata.managedFields);
  return { ...readDeployment(value), progressDeadlineSeconds, managers, revision };
}

const ReplicaSetSchema = z.object({
  metadata: ObjectMetaSchema,
  spec: z.object({
    replicas: z._default(z.number(), 1),
    minReadySeconds: z._default(z.number(), 0),
    template: z.unknown(),
  }),
  status: z.prefault(
    z.object({
      observedGeneration: z._default(z.number(), 0),
      replicas: z._default(z.number(), 0),
      availableReplicas: z._default(z.number(), 0),
    }),
    {},
  ),
});

/** A ReplicaSet of a Deployment. Of its template only the revision is kept. */
export interface ReplicaSet {
  metadata: z.infer<typeof ObjectMetaSchema>;
  replicas: number;
  minReadySeconds: number;
  /** As that of the Deployment whose template it was made from; undefined for one that no Deployment controls. */
  revision: string | undefined;
  status: { observedGeneration: number; replicas: number; availableReplicas: number };
}

/** Throws ZodError when malformed. */
export function readReplicaSet(value: unknown): ReplicaSet {
  const { metadata, spec, status } = ReplicaSetSchema.parse(value);
  const { replicas, minReadySeconds, template } = spec;
  const owner = metadata.controller?.kind === 'Deployment' ? metadata.controller.name : undefined;
  const revision = owner === undefined ? undefined : revisionOfTemplate(owner, template);
  return { metadata, replicas, minReadySeconds, revision, status };
}

/**
 * Names a template by its contents: `NAME-` and eight hexadecimal digits. The controller's own hash cannot serve: it
 * exists only once the controller has made the ReplicaSet, which takes a step of the rollout, and the rollout's memory
 * must belong to the same revision before and after.
 *
 * As the controller compares them, so apart from `pod-template-hash` (deployment/util, EqualIgnoreHash).
 */
export function revisionOfTemplate(deployment: string, template: unknown): string {
  const digest = createHash('sha256')
    .update(JSON.stringify(canonical(withoutHash(template))))
    .digest('hex');
  return `${deployment}-${digest.slice(0, 8)}`;
}

const Labelled = z.looseObject({
  metadata: z.nullish(z.looseObject({ labels: z.nullish(z.record(z.string(), z.unknown())) })),
});

/** A template as its Deployment has it, from that of a ReplicaSet. */
export function withoutHash(template: unknown): unknown {
  const read = Labelled.safeParse(template);
  if (!read.success || !read.data.metadata?.labels) return template;
  const { [HASH_LABEL]: _, ...labels } = read.data.metadata.labels;
  return { ...read.data, metadata: { ...read.data.metadata, labels } };
}

/** Sorted keys, and nothing that is null: `creationTimestamp: null` stands in some templates and not in others. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value)
    .filter(([, each]) => each !== null && each !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, each]) => [key, canonical(each)]));
}
