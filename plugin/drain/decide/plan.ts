/**
 * What a drain would do to the cluster in its current state: for `--dry-run=client`, and for the announcement at the
 * start.
 */
import { comparePods } from './order.ts';
import type { DrainObservation, DrainOptions, DrainPod } from './types.ts';
import { hasWork, nextBatch, podsWithoutLabel, type ZoneWork, zoneWork } from './work.ts';

export interface DrainPlan {
  /** All zones of the targets, in drain order. */
  zones: readonly PlannedZone[];
  /** Pods on nodes without a zone label that a ZoneDisruptionBudget will not allow to be evicted. */
  unlabelled: readonly DrainPod[];
}

export interface PlannedZone {
  /** Undefined for the nodes without a zone label. */
  zone: string | undefined;
  nodes: readonly PlannedNode[];
  /** Names of the nodes drained together; empty if nothing is to be done. */
  batches: readonly (readonly string[])[];
}

export interface PlannedNode {
  name: string;
  cordoned: boolean;
  /** Pods that must leave, in eviction order, as far as budgets allow. */
  pods: readonly DrainPod[];
}

/** Plans each node in its current state: pods that will move from one target node to another are not predicted. */
export function planDrain(
  observation: DrainObservation,
  options: Pick<DrainOptions, 'zoneOrder' | 'maxNodes'>,
): DrainPlan {
  const zones = zoneWork(observation, options).map((work) => ({
    zone: work.zone,
    nodes: work.nodes.map(({ name, cordoned, pods }) => ({
      name,
      cordoned,
      pods: [...pods].sort(comparePods),
    })),
    batches: batchesOf(work, options.maxNodes),
  }));
  return { zones, unlabelled: podsWithoutLabel(observation) };
}

function batchesOf(work: ZoneWork, maxNodes: number | undefined): string[][] {
  const batches: string[][] = [];
  for (let left = work; hasWork(left); ) {
    const batch = new Set(nextBatch(left, maxNodes));
    batches.push([...batch].map(({ name }) => name));
    left = { ...left, nodes: left.nodes.filter((node) => !batch.has(node)) };
  }
  return batches;
}
