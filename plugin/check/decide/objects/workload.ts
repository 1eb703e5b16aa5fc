import * as z from 'zod/mini';
import { type ObjectMeta, ObjectMetaSchema } from '../../../../shared/kube/objects/metadata.ts';
import { IntOrStringSchema, LabelSelectorSchema } from '../../../../shared/kube/objects/parts.ts';
import type { LabelSelector } from '../../../../shared/kube/selectors.ts';
import type { WorkloadName } from '../finding.ts';
import { type PodSpec, PodSpecSchema } from './pod-spec.ts';

/** A StatefulSet or a Deployment, with the fields that rules use. */
export interface CheckedWorkload extends WorkloadName {
  metadata: ObjectMeta;
  replicas: number;
  minReadySeconds: number;
  selector: LabelSelector;
  strategy: Strategy;
  /** `OrderedReady` or `Parallel`; undefined for Deployments. */
  podManagementPolicy: string | undefined;
  /** `TerminationComplete` if a Deployment waits for terminating pods; not all servers support it. */
  podReplacementPolicy: string | undefined;
  /** Whether each pod has claims of its own. */
  hasClaimTemplates: boolean;
  /** The revision that pods should be on; empty for Deployments and before the first count. */
  updateRevision: string;
  podLabels: Readonly<Record<string, string>>;
  podSpec: PodSpec;
}

export interface Strategy {
  /** `RollingUpdate`, `Recreate` or `OnDelete`. */
  type: string;
  /** As in the spec; undefined if the API's default applies. */
  maxSurge: number | string | undefined;
  maxUnavailable: number | string | undefined;
}

const Limits = z.object({
  maxSurge: z.nullish(IntOrStringSchema),
  maxUnavailable: z.nullish(IntOrStringSchema),
});
const Update = z.object({
  type: z._default(z.string(), 'RollingUpdate'),
  rollingUpdate: z.nullish(Limits),
});

const Workload = z.object({
  metadata: ObjectMetaSchema,
  spec: z.object({
    replicas: z._default(z.number(), 1),
    minReadySeconds: z._default(z.number(), 0),
    selector: LabelSelectorSchema,
    podManagementPolicy: z._default(z.string(), 'OrderedReady'),
    podReplacementPolicy: z.nullish(z.string()),
    strategy: z.prefault(Update, {}),
    updateStrategy: z.prefault(Update, {}),
    volumeClaimTemplates: z.nullish(z.array(z.unknown())),
    template: z.object({
      metadata: z.prefault(z.object({ labels: z._default(z.record(z.string(), z.string()), {}) }), {}),
      spec: PodSpecSchema,
    }),
  }),
  status: z.prefault(z.object({ updateRevision: z._default(z.string(), '') }), {}),
});

/**
 * Reads a StatefulSet or a Deployment with the API's defaults.
 *
 * @param kind its kind, which objects of a list do not contain
 * @throws ZodError when malformed
 */
export function readCheckedWorkload(kind: WorkloadName['kind'], value: unknown): CheckedWorkload {
  const { metadata, spec, status } = Workload.parse(value);
  const isDeployment = kind === 'Deployment';
  const { type, rollingUpdate } = isDeployment ? spec.strategy : spec.updateStrategy;
  return {
    kind,
    namespace: metadata.namespace,
    name: metadata.name,
    metadata,
    replicas: spec.replicas,
    minReadySeconds: spec.minReadySeconds,
    selector: spec.selector,
    strategy: {
      type,
      maxSurge: rollingUpdate?.maxSurge ?? undefined,
      maxUnavailable: rollingUpdate?.maxUnavailable ?? undefined,
    },
    podManagementPolicy: isDeployment ? undefined : spec.podManagementPolicy,
    podReplacementPolicy: spec.podReplacementPolicy ?? undefined,
    hasClaimTemplates: (spec.volumeClaimTemplates ?? []).length > 0,
    updateRevision: isDeployment ? '' : status.updateRevision,
    podLabels: spec.template.metadata.labels,
    podSpec: spec.template.spec,
  };
}
