/** What a drain would do to the cluster as it is now: for `--dry-run=client`, and for what is said at the start. */
import { comparePods } from './order.ts';
import type { DrainObservation, DrainOptions, DrainPod } from './types.ts';
import { hasWork, nextBatch, podsWithoutLabel, type ZoneWork, zoneWork } from './work.ts';

export interface DrainPlan {
  /** All zones of the targets, in the order in which they are taken. */
  zones: readonly PlannedZone[];
  /** Pods on nodes without a zone label that a ZoneDisruptionBudget will not let go. */
  unlabelled: readonly DrainPod[];
}

export interface PlannedZone {
  /** Undefined for the nodes without a zone label. */
  zone: string | undefined;
  nodes: readonly PlannedNode[];
  /** Names of the nodes that are emptied together; none where nothing is to be done. */
  batches: readonly (readonly string[])[];
}

export interface PlannedNode {
  name: string;
  cordoned: boolean;
  /** Those that have to leave, in the order in which they are asked to, as far as budgets let them. */
  pods: readonly DrainPod[];
}

/** Takes each node as it is: pods that will move from one target node to another are not foreseen. */
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
