/**
 * Who else has a hand on a Deployment, by its managedFields. Pure.
 * https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management
 */
import type { RolledDeployment } from './deployment-objects.ts';
import { BRAKE_FIELDS, type BrakeField, type Manager } from './field-managers.ts';

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
