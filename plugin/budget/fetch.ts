import { readZoneDisruptionBudget } from '../../shared/budget/budget.ts';
import type { ZoneDisruptionBudget } from '../../shared/budget/types.ts';
import { ApiError, type Kube } from '../../shared/kube/kube.ts';
import { listAll } from '../../shared/kube/list.ts';
import { type Node, readNode, readPod } from '../../shared/kube/objects.ts';
import { RESOURCES, type ResourceAddress, resourcePath } from '../../shared/kube/paths.ts';
import { budgetNotFound, crdMissing, unreadable, unreadableBudget } from './errors.ts';
import { fetchScales } from './scales.ts';
import { type ClusterState, foreignOwners } from './state.ts';
import { deploymentWorkload, replicaSetWorkload, statefulSetWorkload, type Workload } from './workload.ts';

/** Which budgets are asked for. */
export interface Scope {
  /** Undefined for all namespaces. */
  namespace: string | undefined;
  /** One budget; needs a namespace. */
  name?: string | undefined;
  /** Label selector of budgets, as kubectl's `-l` takes it. */
  selector?: string | undefined;
}

/** The kinds of workload that are listed, by how their objects are read. */
export const WORKLOADS: readonly (readonly [ResourceAddress, (object: unknown) => Workload])[] = [
  [RESOURCES.statefulsets, statefulSetWorkload],
  [RESOURCES.deployments, deploymentWorkload],
  [RESOURCES.replicasets, replicaSetWorkload],
];

/**
 * Reads budgets, and then all that counting their pods needs.
 *
 * @throws UserError where the CRD is not installed, the budget does not exist, or something may not be read
 */
export async function fetchState(kube: Kube, scope: Scope): Promise<ClusterState> {
  // The budgets come first, so that no count in them is newer than the pods.
  const budgets = await fetchBudgets(kube, scope);
  const { namespace } = scope;
  const list = (address: ResourceAddress) =>
    listAll(kube, { path: resourcePath({ ...address, namespace }) }).catch((error: unknown) => {
      throw unreadable(error, address.resource, namespace);
    });
  const [pods, nodes, ...workloads] = await Promise.all([
    list(RESOURCES.pods),
    fetchNodes(kube),
    ...WORKLOADS.map(async ([address, read]) => ({ address, read, list: await list(address) })),
  ]);
  const found = {
    pods: pods.items.map(readPod),
    workloads: workloads.flatMap((each) => each.list.items.map(each.read)),
  };
  return {
    budgets,
    ...found,
    nodes,
    versions: {
      ...Object.fromEntries(workloads.map((each) => [each.address.resource, each.list.resourceVersion])),
      pods: pods.resourceVersion,
    },
    scales: await fetchScales(kube, foreignOwners(found)),
    lastZones: new Map(),
  };
}

async function fetchBudgets(kube: Kube, { namespace, name, selector }: Scope) {
  const address = { ...RESOURCES.zonedisruptionbudgets, namespace };
  try {
    if (name !== undefined) {
      return [readBudget(await kube.request({ method: 'GET', path: resourcePath({ ...address, name }) }))];
    }
    const { items } = await listAll(kube, {
      path: resourcePath(address),
      query: { labelSelector: selector },
    });
    return items.map(readBudget);
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== 404)
      throw unreadable(error, address.resource, namespace);
    throw name === undefined ? crdMissing(error) : await budgetNotFound(kube, name, error);
  }
}

/** A budget from a cluster whose CRD checks less than ours may hold anything. */
function readBudget(object: unknown): ZoneDisruptionBudget {
  try {
    return readZoneDisruptionBudget(object);
  } catch (error) {
    throw unreadableBudget(object, error);
  }
}

/** Undefined where nodes may not be listed. */
async function fetchNodes(kube: Kube): Promise<ReadonlyMap<string, Node> | undefined> {
  try {
    const { items } = await listAll(kube, { path: resourcePath(RESOURCES.nodes) });
    return new Map(items.map(readNode).map((node) => [node.metadata.name, node]));
  } catch (error) {
    if (error instanceof ApiError && error.code === 403) return undefined;
    throw error;
  }
}
