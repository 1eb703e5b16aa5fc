import { ApiError, type Kube } from '../../shared/kube/kube.ts';
import { RESOURCES, resourcePath } from '../../shared/kube/paths.ts';
import { listNames } from '../../shared/sentences.ts';
import { compareText } from '../../shared/zones.ts';
import { UserError } from '../errors.ts';

const CRD = 'zonedisruptionbudgets.zonecontrol.k8s.aws';

/** What to say where the API server knows no ZoneDisruptionBudgets at all. */
export function crdMissing(cause: unknown): UserError {
  return new UserError(
    `the cluster has no ZoneDisruptionBudgets: the CustomResourceDefinition ${CRD} is not installed`,
    'install it from a copy of the kubectl-zone repository: kubectl apply --server-side -k manifests/crds',
    cause,
  );
}

/**
 * What to say where something could not be read.
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

/** What to say where there is no budget of that name; names those there are. */
export async function budgetNotFound(kube: Kube, name: string, cause: unknown): Promise<UserError> {
  const { namespace } = kube;
  const path = resourcePath({ ...RESOURCES.zonedisruptionbudgets, namespace });
  let others: string[];
  try {
    others = namesIn(await kube.request({ method: 'GET', path }));
  } catch (error) {
    if (error instanceof ApiError && error.code === 404) return crdMissing(error);
    others = [];
  }
  return new UserError(
    `${CRD} "${name}" not found in namespace "${namespace}"`,
    others.length > 0
      ? `there ${others.length === 1 ? 'is' : 'are'}: ${listNames(others)}`
      : `choose another namespace with -n, or make one: kubectl zone budget create ${name} --for sts/NAME --max-unavailable 33%`,
    cause,
  );
}

function namesIn(list: unknown): string[] {
  const items = typeof list === 'object' && list !== null && 'items' in list ? list.items : [];
  if (!Array.isArray(items)) return [];
  return items.flatMap((item) => item?.metadata?.name ?? []).sort(compareText);
}
