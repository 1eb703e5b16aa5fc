import type { ObjectMeta } from '../../kube/objects.ts';
import { RESOURCES, resourcePath } from '../../kube/paths.ts';
import type { WorkloadKind } from '../decide/workload.ts';

/** A workload by kind, namespace and name. */
export interface NamedWorkload {
  kind: WorkloadKind;
  metadata: Pick<ObjectMeta, 'namespace' | 'name'>;
}

/** Names of each kind in the API and on the command line. */
export const KINDS = {
  statefulset: { resource: RESOURCES.statefulsets, apiKind: 'StatefulSet', short: 'sts' },
  deployment: { resource: RESOURCES.deployments, apiKind: 'Deployment', short: 'deploy' },
} as const satisfies Record<WorkloadKind, object>;

/** The path of the workload's own object. */
export function pathOf({ kind, metadata: { namespace, name } }: NamedWorkload): string {
  return resourcePath({ ...KINDS[kind].resource, namespace, name });
}

/** As in commands for the operator: `sts/ingester -n prod`. */
export function commandName({ kind, metadata: { namespace, name } }: NamedWorkload): string {
  return `${KINDS[kind].short}/${name} -n ${namespace}`;
}
