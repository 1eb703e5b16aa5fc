import { UserError } from '../../shared/errors.ts';
import { namesBeside, notFound } from '../../shared/kube/get-or-explain.ts';
import { ApiError, type Kube } from '../../shared/kube/kube.ts';
import { RESOURCES } from '../../shared/kube/paths.ts';

const CRD = 'zonedisruptionbudgets.zonecontrol.k8s.aws';

/** The error for a cluster without the ZoneDisruptionBudget CRD. */
export function crdMissing(cause: unknown): UserError {
  return new UserError(
    `the cluster has no ZoneDisruptionBudgets: the CustomResourceDefinition ${CRD} is not installed`,
    'install it from a clone of the kubectl-zone repository: kubectl apply --server-side -k manifests/crds',
    cause,
  );
}

/**
 * The error for a resource that could not be read.
 *
 * @param what in the plural, such as `pods`
 */
export function unreadable(error: unknown, what: string, namespace: string | undefined): unknown {
  if (!(error instanceof ApiError) || error.code !== 403) return error;
  const where = namespace === undefined ? 'all namespaces' : `namespace ${namespace}`;
  const role = namespace === undefined ? 'a ClusterRole' : 'a Role';
  return new UserError(
    `cannot list ${what} in ${where}: ${error.message}`,
    `ask for ${role} that allows get, list and watch on ${what}${namespace === undefined ? ', or choose a namespace with -n' : ''}`,
    error,
  );
}

/** The error for a budget that does not exist; names the existing ones. */
export async function budgetNotFound(kube: Kube, name: string, cause: unknown): Promise<UserError> {
  const address = { ...RESOURCES.zonedisruptionbudgets, namespace: kube.namespace, name };
  let others: string[];
  try {
    others = await namesBeside(kube, address);
  } catch (error) {
    if (error instanceof ApiError && error.code === 404) return crdMissing(error);
    others = [];
  }
  const otherwise = `choose another namespace with -n, or create one: kubectl zone budget create ${name} --for sts/NAME --max-unavailable 33%`;
  return notFound(CRD, address, { others, otherwise, cause });
}
