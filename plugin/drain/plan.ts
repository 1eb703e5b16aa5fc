import type { Pod } from '../../shared/kube/objects.ts';
import { compareText } from '../../shared/kube/zones.ts';
import { planDrain } from './decide/plan.ts';
import type { DrainObservation, DrainOptions, DrainWorkload } from './decide/types.ts';
import { keyOf } from './guards.ts';

/**
 * What `kubectl zone drain --dry-run` reports. As JSON it is a stable interface: fields are added, never renamed. Pods
 * are `namespace/name`.
 */
export interface DrainPlan {
  /** In drain order; the zone is null for nodes without a zone label. */
  zones: readonly { zone: string | null; nodes: readonly PlannedNode[] }[];
  /** Workloads whose pods leave. */
  workloads: readonly PlannedWorkload[];
  /** Nodes of a zone to drain at once; null for all. */
  maxNodes: number | null;
}

export interface PlannedNode {
  node: string;
  /** Whether it is already cordoned before the drain. */
  cordoned: boolean;
  /** Nodes of a zone with the same number, from 1, are drained together; null if nothing is to be done. */
  batch: number | null;
  /** Pods that leave, in eviction order. */
  leaving: readonly string[];
  staying: readonly string[];
}

export interface PlannedWorkload {
  namespace: string;
  /** `statefulset/ingester`. */
  workload: string;
  guard: DrainWorkload['guard'];
  /** The ZoneDisruptionBudgets that cover its leaving pods, as `namespace/name`. */
  zoneBudgets: readonly string[];
  /** The PodDisruptionBudgets that cover them. */
  podBudgets: readonly string[];
  /** Number of pods that leave. */
  pods: number;
}

export interface DrainPlanInput {
  observation: DrainObservation;
  /** Pods that stay on the nodes. */
  staying: Iterable<Pod>;
  options: DrainOptions;
}

/** Zones, nodes and pods in drain order. */
export function describePlan({ observation, staying, options }: DrainPlanInput): DrainPlan {
  const { pods, workloads } = observation;
  const stayingOn = Map.groupBy(staying, ({ spec }) => spec.nodeName);
  const zones = planDrain(observation, options).zones.map(({ zone, nodes, batches }) => ({
    zone: zone ?? null,
    nodes: nodes.map(({ name, cordoned, pods: leaving }) => ({
      node: name,
      cordoned,
      batch: batches.findIndex((batch) => batch.includes(name)) + 1 || null,
      leaving: leaving.map(keyOf),
      staying: (stayingOn.get(name) ?? []).map(({ metadata }) => keyOf(metadata)).sort(compareText),
    })),
  }));
  return { zones, workloads: plannedWorkloads(pods, workloads), maxNodes: options.maxNodes ?? null };
}

function plannedWorkloads(
  pods: DrainObservation['pods'],
  workloads: readonly DrainWorkload[],
): PlannedWorkload[] {
  const podsOf = Map.groupBy(pods, ({ workload }) => workload);
  return workloads
    .flatMap(({ key, namespace, label, guard, loose }) => {
      const own = podsOf.get(key) ?? [];
      if (own.length === 0 || loose) return [];
      const zoneBudgets = distinct(own.flatMap((pod) => pod.zoneBudgets));
      const podBudgets = distinct(own.flatMap((pod) => pod.podBudgets));
      return [{ namespace, workload: label, guard, zoneBudgets, podBudgets, pods: own.length }];
    })
    .sort((a, b) => compareText(a.namespace, b.namespace) || compareText(a.workload, b.workload));
}

function distinct(names: readonly string[]): string[] {
  return [...new Set(names)].sort(compareText);
}
