import type { MalformedBudget } from '../../shared/budget/decide/read-budget.ts';
import type { ZoneDisruptionBudget } from '../../shared/budget/decide/types.ts';
import { budgetsCovering } from '../../shared/budget/decide/which-budget.ts';
import type { PodDisruptionBudget } from '../../shared/kube/objects.ts';
import { matchesLabels } from '../../shared/kube/selectors.ts';
import type { DrainWorkload, PodBudgetState } from './decide/types.ts';
import type { DrainRecord } from './pod-store.ts';
import type { DrainWatches } from './watches.ts';

/** The budgets that may refuse the eviction of pods, by the pods they cover. */
export interface Guards {
  /** Enforcing budgets; those with spec.dryRun refuse nothing. */
  readonly zoneBudgets: readonly ZoneDisruptionBudget[];
  /** Budgets that cannot be evaluated: they cover every pod of their namespace. */
  readonly malformed: readonly MalformedBudget[];
  readonly podBudgets: readonly PodDisruptionBudget[];
  /** What protects pods with these labels. */
  guardOf(labels: Labelled): DrainWorkload['guard'];
  /** Keys (`namespace/name`) of the budgets checked when this pod is evicted. */
  keysFor(record: DrainRecord): { zoneBudgets: readonly string[]; podBudgets: readonly string[] };
}

interface Labelled {
  namespace: string;
  labels: Readonly<Record<string, string>>;
}

/**
 * The current guards.
 *
 * @param deletes pods are deleted, which PodDisruptionBudgets do not control
 */
export function guardsIn(
  { zoneBudgets, podBudgets }: Pick<DrainWatches, 'zoneBudgets' | 'podBudgets'>,
  deletes: boolean,
): Guards {
  const malformed: MalformedBudget[] = [];
  const zone: ZoneDisruptionBudget[] = [];
  for (const read of zoneBudgets.values()) {
    if (read.kind === 'malformed') malformed.push(read.malformed);
    else if (!read.budget.spec.dryRun) zone.push(read.budget);
  }
  const pod = deletes ? [] : [...podBudgets.values()];
  const readOf = byNamespace([...zoneBudgets.values()], (read) =>
    read.kind === 'malformed' ? read.malformed.namespace : read.budget.metadata.namespace,
  );
  const podOf = byNamespace(pod, ({ metadata }) => metadata.namespace);

  const zoneKeys = ({ namespace, labels }: Labelled) => {
    const { enforced, unreadable } = budgetsCovering(labels, readOf.get(namespace) ?? []);
    return [...enforced.map(({ metadata }) => keyOf(metadata)), ...unreadable.map(keyOf)];
  };
  const podKeys = ({ namespace, labels }: Labelled) =>
    (podOf.get(namespace) ?? [])
      // In policy/v1 an empty selector matches all pods, and a missing one none.
      .filter(({ spec }) => spec.selector && matchesLabels(spec.selector, labels))
      .map(({ metadata }) => keyOf(metadata));

  return {
    zoneBudgets: zone,
    malformed,
    podBudgets: pod,
    guardOf(labelled) {
      if (zoneKeys(labelled).length > 0) return 'zone-budget';
      return podKeys(labelled).length > 0 ? 'pod-budget' : 'none';
    },
    keysFor(record) {
      if (record.terminal) return { zoneBudgets: [], podBudgets: [] };
      // The API server evicts a pod that has not started without checking budgets (canIgnorePDB of its eviction
      // handler).
      const exempt = record.pod.status.phase === 'Pending';
      return { zoneBudgets: zoneKeys(record), podBudgets: exempt ? [] : podKeys(record) };
    },
  };
}

/**
 * Evaluates a PodDisruptionBudget like the API server's eviction handler (pkg/registry/core/pod/storage/eviction.go).
 */
export function podBudgetState({ metadata, spec, status }: PodDisruptionBudget): PodBudgetState {
  const { currentHealthy, desiredHealthy, disruptionsAllowed } = status;
  const healthy = currentHealthy >= desiredHealthy && desiredHealthy > 0;
  return {
    disruptionsAllowed: status.observedGeneration < metadata.generation ? 0 : disruptionsAllowed,
    unreadyMayGo: spec.unhealthyPodEvictionPolicy === 'AlwaysAllow' || healthy,
    ...(status.expectedPods > 0 && desiredHealthy >= status.expectedPods && { neverAllows: true }),
  };
}

/** `namespace/name`, the key of budgets and the name of pods in events. */
export function keyOf({ namespace, name }: { namespace: string; name: string }): string {
  return `${namespace}/${name}`;
}

function byNamespace<T>(items: readonly T[], namespaceOf: (item: T) => string): Map<string, T[]> {
  return Map.groupBy(items, namespaceOf);
}
