import { compareText } from '../../../shared/kube/zones.ts';
import { brokenWorkloads } from './available.ts';
import { orderDrainZones } from './order.ts';
import { describeDown, groupHeld, NO_ZONE } from './reasons.ts';
import type { DrainNodeRow, DrainSnapshot, DrainStatus, DrainZoneRow } from './snapshot.ts';
import { type DrainPace, drainTimeLeft } from './time-left.ts';
import type { DrainDecision, DrainMemory, DrainNode, DrainObservation, DrainOptions } from './types.ts';

export interface DrainSnapshotInput {
  observation: DrainObservation;
  memory: DrainMemory;
  options: Pick<DrainOptions, 'zoneOrder'>;
  /** The last decision, with the held pods; undefined before the first. */
  decision: DrainDecision | undefined;
  /** The status if it is not the decision's, such as a lost connection or a stop. */
  status: DrainStatus | undefined;
  /** By node: how many pods had to leave it when the drain first saw it. */
  podsAtStart: ReadonlyMap<string, number>;
  refused: number;
  pace: DrainPace;
  startedAtMs: number;
  nowMs: number;
}

/** What every view of the drain shows, from the current observation. Held pods are `namespace/name`. */
export function buildDrainSnapshot(input: DrainSnapshotInput): DrainSnapshot {
  const { observation, memory, options, decision } = input;
  const rowOf = nodeRows(input);
  const zones = orderDrainZones(observation.nodes, options.zoneOrder).map((zone): DrainZoneRow => {
    const nodes = observation.nodes.filter((node) => node.zone === zone).map(rowOf);
    nodes.sort((a, b) => compareText(a.name, b.name));
    return { zone: zone ?? NO_ZONE, phase: zonePhase(input, zone, nodes), nodes };
  });
  const rows = zones.flatMap(({ nodes }) => nodes);
  const held = decision && 'held' in decision ? decision.held : [];
  return {
    zones,
    held: groupHeld(held).map(({ reason, pods }) => ({
      reason,
      pods: pods.map(({ namespace, name }) => `${namespace}/${name}`),
    })),
    waitingFor: brokenWorkloads(observation, memory).map((workload) => ({
      workload: workload.label,
      namespace: workload.namespace,
      pods: describeDown(workload),
    })),
    status: input.status ?? statusOf(decision),
    nodes: { total: rows.length, drained: rows.filter(({ phase }) => phase === 'drained').length },
    pods: { total: sum(rows.map(({ pods }) => pods)), left: sum(rows.map(({ left }) => left)) },
    refused: input.refused,
    remainingMs: isStuck(input) ? undefined : drainTimeLeft(zones, input.pace),
    startedAtMs: input.startedAtMs,
    nowMs: input.nowMs,
  };
}

/** No time passes until somebody helps, or the API server answers again. */
function isStuck({ observation, decision, status }: DrainSnapshotInput): boolean {
  if (decision?.kind === 'blocked' || status !== undefined) return true;
  return observation.workloads.some(({ down }) => down.some(({ unschedulable }) => unschedulable));
}

/** The row of a node. Pods that arrived after the start count as its pods while they are there. */
function nodeRows({
  observation,
  memory,
  podsAtStart,
}: DrainSnapshotInput): (node: DrainNode) => DrainNodeRow {
  const counts = new Map<string, { left: number; terminating: number }>();
  for (const { node, terminating } of observation.pods) {
    const { left, terminating: going } = counts.get(node) ?? { left: 0, terminating: 0 };
    counts.set(node, { left: left + 1, terminating: going + (terminating ? 1 : 0) });
  }
  const batch = new Set(memory.batch);
  return ({ name, cordoned }) => {
    const { left, terminating } = counts.get(name) ?? { left: 0, terminating: 0 };
    const drained = cordoned && left === 0;
    return {
      name,
      cordoned,
      pods: Math.max(podsAtStart.get(name) ?? 0, left),
      left,
      terminating,
      phase: drained ? 'drained' : batch.has(name) ? 'draining' : 'pending',
    };
  };
}

function zonePhase(
  { memory, decision }: DrainSnapshotInput,
  zone: string | undefined,
  nodes: readonly DrainNodeRow[],
): DrainZoneRow['phase'] {
  const current = memory.begun && memory.zone === zone;
  if (nodes.some(({ phase }) => phase !== 'drained')) return current ? 'draining' : 'pending';
  return current && decision?.kind !== 'done' ? 'recovering' : 'finished';
}

const STATUS_KINDS = {
  claim: 'waiting',
  cordon: 'cordoning',
  evict: 'evicting',
  wait: 'waiting',
  blocked: 'blocked',
  done: 'done',
} as const satisfies Record<DrainDecision['kind'], DrainStatus['kind']>;

function statusOf(decision: DrainDecision | undefined): DrainStatus {
  if (!decision) return { kind: 'waiting', reason: 'reading the cluster', fix: undefined };
  const fix = 'fix' in decision ? decision.fix : undefined;
  return { kind: STATUS_KINDS[decision.kind], reason: decision.reason, fix };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
