/**
 * Other managers of a Deployment, from its managedFields. Pure.
 * https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management
 */
import type { RolledDeployment } from './deployment-objects.ts';
import { BRAKE_FIELDS, type BrakeField, type Manager } from './field-managers.ts';

/** Field manager of our writes; defaults to the User-Agent. */
export const OWN_MANAGER = 'kubectl-zone';

/**
 * Who has changed a field since our last write of the Deployment: a manager that owns it now, and has written since.
 *
 * @returns undefined if managedFields do not show it: removing a field, as `kubectl rollout resume` does, leaves no
 * trace
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

/** A manager that reverts fields automatically, and how to prevent it. */
export interface Reconciler {
  name: string;
  fields: readonly BrakeField[];
  /** What to do before a rollout. */
  remedy: string;
}

/** Managers that write only when run by a user. */
const BY_HAND = /^(kubectl|helm|Terraform|HashiCorp|pulumi|kubectl-zone)/;
const FLUX_DISABLED = { key: 'kustomize.toolkit.fluxcd.io/reconcile', value: 'disabled' } as const;

/**
 * The managers that would revert the rollout's changes while it runs: controllers that apply the fields,
 * known GitOps controllers, and the Deployment's owner. Manual applies are not a risk.
 *
 * @param allowed names that the operator has confirmed with `--allow-manager`
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
      const remedy = `give its Application ignoreDifferences (group apps, kind Deployment, name ${name}, jsonPointers ${pointers}) and the sync option RespectIgnoreDifferences=true, or turn self-heal off`;
      return [{ name: manager.name, fields, remedy }];
    }
    if (/^(kustomize-controller|flux)/.test(manager.name)) {
      if (annotations[FLUX_DISABLED.key] === FLUX_DISABLED.value) return [];
      const remedy = `suspend its Kustomization, or: kubectl -n ${namespace} annotate deployment ${name} ${FLUX_DISABLED.key}=${FLUX_DISABLED.value}`;
      return [{ name: manager.name, fields, remedy }];
    }
    if (/^helm-controller/.test(manager.name)) {
      return [{ name: manager.name, fields, remedy: 'suspend its HelmRelease, or turn drift detection off' }];
    }
    return manager.applies
      ? [{ name: manager.name, fields, remedy: 'keep it from applying these fields during the rollout' }]
      : [];
  });
  if (controller) {
    const owner = `${controller.kind}/${controller.name}`;
    const remedy = 'keep its operator from changing the Deployment during the rollout';
    found.push({ name: owner, fields: BRAKE_FIELDS, remedy });
  }
  return found.filter((each) => !allowed.includes(each.name));
}
