import { createHash } from 'node:crypto';
import * as z from 'zod/mini';
import { ObjectMetaSchema } from '../../kube/objects/metadata.ts';
import { type Deployment, readDeployment } from '../../kube/objects.ts';
import { type Manager, readManagers } from './field-managers.ts';

/** The label with which the Deployment controller distinguishes a Deployment's ReplicaSets and their pods. */
export const HASH_LABEL = 'pod-template-hash';

/**
 * The revision number that the Deployment controller assigns to a template; a restored template gets the newest number.
 */
export const REVISION_ANNOTATION = 'deployment.kubernetes.io/revision';

/** A Deployment with the additional fields its rollout needs. */
export interface RolledDeployment extends Deployment {
  progressDeadlineSeconds: number | undefined;
  /** The field managers of its spec: of the fields we change, and of the template. */
  managers: readonly Manager[];
  /** Equal for equal templates; see `revisionOfTemplate`. */
  revision: string;
}

const Rest = z.object({
  metadata: z.object({ name: z.string(), managedFields: z.optional(z.unknown()) }),
  spec: z.object({ progressDeadlineSeconds: z.optional(z.number()), template: z.unknown() }),
});

/** Throws ZodError if malformed. */
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
  /** Same as that of the Deployment template it was created from; undefined if no Deployment controls it. */
  revision: string | undefined;
  status: { observedGeneration: number; replicas: number; availableReplicas: number };
}

/** Throws ZodError if malformed. */
export function readReplicaSet(value: unknown): ReplicaSet {
  const { metadata, spec, status } = ReplicaSetSchema.parse(value);
  const { replicas, minReadySeconds, template } = spec;
  const owner = metadata.controller?.kind === 'Deployment' ? metadata.controller.name : undefined;
  const revision = owner === undefined ? undefined : revisionOfTemplate(owner, template);
  return { metadata, replicas, minReadySeconds, revision, status };
}

/**
 * Names a template by its contents: `NAME-` and eight hexadecimal digits. The controller's own hash cannot be
 * used: it exists only once the controller has created the ReplicaSet, which takes a step of the rollout, and
 * the rollout's memory must refer to the same revision before and after.
 *
 * Compares as the controller does, so without `pod-template-hash` (deployment/util, EqualIgnoreHash).
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

/** The Deployment's template, from that of its ReplicaSet. */
export function withoutHash(template: unknown): unknown {
  const read = Labelled.safeParse(template);
  if (!read.success || !read.data.metadata?.labels) return template;
  const { [HASH_LABEL]: _, ...labels } = read.data.metadata.labels;
  return { ...read.data, metadata: { ...read.data.metadata, labels } };
}

/** Sorts keys and drops nulls: some templates have `creationTimestamp: null` and others do not. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value)
    .filter(([, each]) => each !== null && each !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, each]) => [key, canonical(each)]));
}
