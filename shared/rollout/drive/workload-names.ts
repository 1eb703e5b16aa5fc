import type { ObjectMeta } from '../../kube/objects.ts';
import { RESOURCES, resourcePath } from '../../kube/paths.ts';
import type { MemberKind } from '../decide/workload-id.ts';

/** A member of a workload by kind, namespace and name. */
export interface NamedMember {
  kind: MemberKind;
  metadata: Pick<ObjectMeta, 'namespace' | 'name'>;
}

/** Names of each kind in the API. */
export const KINDS = {
  statefulset: { resource: RESOURCES.statefulsets, apiKind: 'StatefulSet' },
  deployment: { resource: RESOURCES.deployments, apiKind: 'Deployment' },
} as const satisfies Record<MemberKind, object>;

/** The path of the member's own object. */
export function pathOf({ kind, metadata: { namespace, name } }: NamedMember): string {
  return resourcePath({ ...KINDS[kind].resource, namespace, name });
}

/** A reference to the member, as in owner references and Events. */
export function referenceTo({ kind, metadata }: NamedMember & { metadata: Pick<ObjectMeta, 'uid'> }) {
  const { name, uid } = metadata;
  return { apiVersion: 'apps/v1', kind: KINDS[kind].apiKind, name, uid };
}
