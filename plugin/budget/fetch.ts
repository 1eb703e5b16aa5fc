import { createPodIndex } from '../../shared/budget/decide/pod-index.ts';
import { type ReadBudget, readBudget, sortBudgets } from '../../shared/budget/decide/read-budget.ts';
import { readWorkload } from '../../shared/budget/decide/workload.ts';
import { createWorkloadIndex } from '../../shared/budget/decide/workload-index.ts';
import { createScales } from '../../shared/budget/scales.ts';
import { COUNTED_WORKLOADS } from '../../shared/budget/watch-counted.ts';
import type { Clock } from '../../shared/clock.ts';
import { ApiError, type Kube } from '../../shared/kube/kube.ts';
import { listAll } from '../../shared/kube/list.ts';
import { nodesByName } from '../../shared/kube/nodes.ts';
import { RESOURCES, type ResourceAddress, resourcePath } from '../../shared/kube/paths.ts';
import { zonesOf } from '../../shared/kube/zones.ts';
import { budgetNotFound, crdMissing, unreadable } from './errors.ts';
import { type BudgetPod, readBudgetPod } from './pod.ts';
import { type ClusterState, withScales } from './state.ts';

/** The requested budgets. */
export interface Scope {
  /** Undefined for all namespaces. */
  namespace: string | undefined;
  /** One budget; needs a namespace. */
  name?: string | undefined;
  /** Label selector of budgets, as kubectl's `-l` takes it. */
  selector?: string | undefined;
}

/**
 * Reads budgets, and then everything needed to count their pods.
 *
 * @throws UserError if the CRD is not installed, the budget does not exist, or something may not be read
 */
export async function fetchState(kube: Kube, scope: Scope, clock: Clock): Promise<ClusterState> {
  // Budgets are read first, so that none of their counts is newer than the pods.
  const budgets = await fetchBudgets(kube, scope);
  const { namespace } = scope;
  const list = (address: ResourceAddress) =>
    listAll(kube, { path: resourcePath({ ...address, namespace }) }).catch((error: unknown) => {
      throw unreadable(error, address.resource, namespace);
    });
  const [pods, nodes, ...listed] = await Promise.all([
    list(RESOURCES.pods),
    nodesByName(kube),
    ...COUNTED_WORKLOADS.map(async ([kind, address]) => ({ kind, address, list: await list(address) })),
  ]);
  const zoneOfNode = zonesOf(nodes);
  const index = createPodIndex<BudgetPod>(zoneOfNode);
  for (const pod of pods.items) index.apply('ADDED', readBudgetPod(pod));
  const workloads = createWorkloadIndex();
  for (const { kind, list: found } of listed) {
    for (const object of found.items) workloads.apply('ADDED', readWorkload(kind, object));
  }
  const state = {
    ...sortBudgets(budgets),
    pods: index,
    workloads,
    zoneOfNode,
    versions: {
      ...Object.fromEntries(listed.map((each) => [each.address.resource, each.list.resourceVersion])),
      pods: pods.resourceVersion,
    },
  };
  return withScales(state, createScales(kube, clock));
}

async function fetchBudgets(kube: Kube, { namespace, name, selector }: Scope): Promise<ReadBudget[]> {
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
