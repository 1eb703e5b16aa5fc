/**
 * Who else has a hand on a Deployment, by its managedFields. Pure.
 * https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management
 */
import * as z from 'zod/mini';
import type { RolledDeployment } from './deployment-objects.ts';

/** The fields by which a Deployment is kept from replacing pods, as its spec calls them. */
export const BRAKE_FIELDS = ['paused', 'minReadySeconds', 'progressDeadlineSeconds', 'strategy'] as const;
export type BrakeField = (typeof BRAKE_FIELDS)[number];

/** Somebody who has written fields of the spec. */
export interface Manager {
  name: string;
  /** By server-side apply: it wants these fields to stay as it has written them. */
  applies: boolean;
  timeMs: number;
  /** Of the brake's fields and the template. */
  fields: readonly (BrakeField | 'template')[];
}

/** Managers beyond these many are not looked at, and names are cut: both are anybody's to write. */
const MOST_MANAGERS = 50;
const LONGEST_NAME = 128;

const Entry = z.object({
  manager: z.optional(z.string()),
  operation: z.optional(z.string()),
  time: z.optional(z.string()),
  subresource: z.optional(z.string()),
  fieldsV1: z.optional(z.looseObject({ 'f:spec': z.optional(z.record(z.string(), z.unknown())) })),
});

/** @param value `metadata.managedFields`; what cannot be read is left out */
export function readManagers(value: unknown): readonly Manager[] {
  if (!Array.isArray(value)) return [];
  return value.slice(0, MOST_MANAGERS).flatMap((each: unknown): Manager[] => {
    const entry = Entry.safeParse(each);
    if (!entry.success || entry.data.subresource) return [];
    const { manager = '', operation, time, fieldsV1 } = entry.data;
    const written = fieldsV1?.['f:spec'] ?? {};
    const fields = ([...BRAKE_FIELDS, 'template'] as const).filter((field) => `f:${field}` in written);
    const timeMs = Date.parse(time ?? '') || 0;
    return [{ name: manager.slice(0, LONGEST_NAME), applies: operation === 'Apply', timeMs, fields }];
  });
}

/** Manager of what we write; from the User-Agent where none is given. */
export const OWN_MANAGER = 'kubectl-zone';

/**
 * Who has changed a field since we wrote the Deployment: who owns it now, and has written since.
 *
 * @returns undefined where managedFields do not tell: whoever only removes fields, as `kubectl rollout resume` does,
 *   leaves no trace in them
 */
export function whoChanged(
  managers: readonly Manager[],
  field: Manager['fields'][number],
): string | undefined {
  const own = managers.filter(({ name }) => name === OWN_MANAGER).map(({ timeMs }) => timeMs);
  const sinceMs = Math.max(0, ...own);
  const owners = managers.filter(
    ({ name, fields, timeMs }) =>
      name !== OWN_MANAGER && name !== '' && fields.includes(field) && timeMs >= sinceMs,
  );
  return owners.sort((a, b) => b.timeMs - a.timeMs)[0]?.name;
}

/** Somebody who puts fields back by itself, and what keeps it from that. */
export interface Reconciler {
  name: string;
  fields: readonly BrakeField[];
  /** What to do before a rollout. */
  remedy: string;
}

/** Who writes and does so again only when somebody runs it. */
const BY_HAND = /^(kubectl|helm|Terraform|HashiCorp|pulumi|kubectl-zone)/;
const FLUX_DISABLED = { key: 'kustomize.toolkit.fluxcd.io/reconcile', value: 'disabled' } as const;

/**
 * Who would put back the fields that a rollout changes, while it runs: controllers that apply them, known ones of GitOps,
 * and whoever owns the Deployment. What somebody else applies by hand is no danger by itself.
 *
 * @param allowed names for which the operator has seen to it, as `--allow-manager` has them
 */
export function reconcilersOf(
  deployment: RolledDeployment,
  allowed: readonly string[],
): readonly Reconciler[] {
  const { metadata, managers } = deployment;
  const { name, namespace, annotations, controller } = metadata;
  const found: Reconciler[] = managers.flatMap((manager): Reconciler[] => {
    const fields = BRAKE_FIELDS.filter((field) => manager.fields.includes(field));
    if (fields.length === 0 || BY_HAND.test(manager.name)) return [];
    if (/^argocd/.test(manager.name)) {
      const pointers = fields.map((field) => `/spec/${field}`).join(', ');
      const remedy = `give its Application ignoreDifferences (group apps, kind Deployment, name ${name}, jsonPointers ${pointers}) and the sync option RespectIgnoreDifferences=true, or switch self-heal off`;
      return [{ name: manager.name, fields, remedy }];
    }
    if (/^(kustomize-controller|flux)/.test(manager.name)) {
      if (annotations[FLUX_DISABLED.key] === FLUX_DISABLED.value) return [];
      const remedy = `suspend its Kustomization, or: kubectl -n ${namespace} annotate deployment ${name} ${FLUX_DISABLED.key}=${FLUX_DISABLED.value}`;
      return [{ name: manager.name, fields, remedy }];
    }
    if (/^helm-controller/.test(manager.name)) {
      return [
        { name: manager.name, fields, remedy: 'suspend its HelmRelease, or switch drift detection off' },
      ];
    }
    return manager.applies
      ? [{ name: manager.name, fields, remedy: 'keep it from applying these fields meanwhile' }]
      : [];
  });
  if (controller) {
    const owner = `${controller.kind}/${controller.name}`;
    const remedy = 'keep its operator from changing the Deployment meanwhile';
    found.push({ name: owner, fields: BRAKE_FIELDS, remedy });
  }
  return found.filter((each) => !allowed.includes(each.name));
}
