import type { V1PolicyRule } from '@kubernetes/client-node';
import type { ControlPlaneCluster } from '../../cluster/control-plane-cluster.ts';
import { type ManifestObject, objectIn } from '../../manifests/read.ts';

/** What the manifests grant the webhook. */
export interface ShippedRoles {
  clusterRole: ManifestObject & { rules: V1PolicyRule[] };
  role: ManifestObject & { rules: V1PolicyRule[] };
}

export async function shippedRoles(): Promise<ShippedRoles> {
  const clusterRole = await objectIn('webhook/cluster-role.yaml', 'ClusterRole');
  const role = await objectIn('webhook/role.yaml', 'Role');
  return { clusterRole, role } as ShippedRoles;
}

/**
 * Gives a user what the manifests give the ServiceAccount, with bindings of the same names.
 *
 * @returns a kubeconfig of the user
 */
export async function grantShipped(
  cluster: ControlPlaneCluster,
  user: string,
  roles: ShippedRoles,
): Promise<string> {
  const subjects = [{ kind: 'User', name: user, apiGroup: 'rbac.authorization.k8s.io' }];
  const bindings = [
    await objectIn('webhook/cluster-role.yaml', 'ClusterRoleBinding'),
    await objectIn('webhook/role.yaml', 'RoleBinding'),
  ];
  await cluster.apply(
    await objectIn('webhook/namespace.yaml', 'Namespace'),
    roles.clusterRole,
    roles.role,
    ...bindings.map((binding) => ({ ...binding, subjects })),
  );
  return cluster.kubeconfigFor(user);
}
