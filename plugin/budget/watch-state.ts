import { createPodIndex, type PodIndex } from '../../shared/budget/decide/pod-index.ts';
import { type ReadBudget, readBudget, sortBudgets } from '../../shared/budget/decide/read-budget.ts';
import { createScales } from '../../shared/budget/scales.ts';
import { watchCounted } from '../../shared/budget/watch-counted.ts';
import type { Clock } from '../../shared/clock.ts';
import type { Kube } from '../../shared/kube/kube.ts';
import { type Node, readNode } from '../../shared/kube/objects.ts';
import { RESOURCES } from '../../shared/kube/paths.ts';
import type { ConnectionState } from '../../shared/kube/watch-cache.ts';
import { watchSet } from '../../shared/kube/watch-set.ts';
import { zoneOfNodeLabels } from '../../shared/kube/zones.ts';
import type { Scope } from './fetch.ts';
import { type BudgetPod, readBudgetPod } from './pod.ts';
import { type ClusterState, withScales } from './state.ts';

/** Watched budgets and their pods. */
export interface StateWatch {
  /** The current state; scales that are not known or are too old are read first. */
  read(): Promise<ClusterState>;
  onChange(listener: () => void): void;
  stop(): Promise<void>;
}

export interface StateWatchOptions {
  kube: Kube;
  scope: Scope;
  clock: Clock;
  random: () => number;
  onConnection(state: ConnectionState): void;
  onProblem(error: Error): void;
}

/**
 * Starts the watches and resolves when each has its first list; see `watchCounted`.
 *
 * @throws ApiError if something may not be read; nodes may be forbidden
 */
export async function watchState({ kube, scope, ...connection }: StateWatchOptions): Promise<StateWatch> {
  const { namespace, name, selector } = scope;
  const set = watchSet({ kube, ...connection });
  const budgets = set.watch<ReadBudget>(
    { ...RESOURCES.zonedisruptionbudgets, namespace },
    {
      parse: readBudget,
      labelSelector: selector,
      ...(name !== undefined && { fieldSelector: `metadata.name=${name}` }),
    },
  );
  const cluster = await watchCounted<BudgetPod, PodIndex<BudgetPod>, Node>(set, {
    namespace,
    nodes: {
      parse: readNode,
      zoneOf: (node) => ({ name: node.metadata.name, zone: zoneOfNodeLabels(node.metadata.labels) }),
      mayBeForbidden: true,
    },
    pods: { parse: readBudgetPod, index: createPodIndex<BudgetPod> },
  });
  const scales = createScales(kube, connection.clock);
  return {
    read: () =>
      withScales({ ...sortBudgets(budgets.items.values()), ...cluster.observed(scales.get) }, scales),
    onChange: (listener) => set.onChange(listener),
    stop: () => set.stop(),
  };
}
