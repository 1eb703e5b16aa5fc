import type { Pod } from '../../kube/objects.ts';
import { isKnownZone, UNKNOWN_ZONE, zoneKeyOf } from '../../kube/zones.ts';
import { disruptionLimit } from './limits.ts';
import { byOrdinalDescending, orderZones } from './order.ts';
import { isAvailable, knownZones, zoneOf } from './pods.ts';
import type { CellState, Orders, PodCell, RolloutSnapshot, RolloutStatus, ZoneRow } from './snapshot.ts';
import type { Observation, ObservedPod, RolloutMemory, RolloutOptions } from './types.ts';
import { oldRevisionOf, type Workload } from './workload.ts';
import { nameOf } from './workload-id.ts';

export interface SnapshotInput {
  workload: Workload;
  pods: Iterable<Pod>;
  observation: Observation;
  options: RolloutOptions;
  memory: RolloutMemory;
  orders: Orders;
  /** The current wave, with all its pods, recovered or not. */
  wave: { number: number; zone: string; pods: readonly string[] } | undefined;
  status: RolloutStatus;
  startedAtMs: number;
  /** By the API server's clock, like `memory` and the pods' conditions. */
  serverNowMs: number;
  nowMs: number;
  remainingMs: number | undefined;
}

/** Temporary problems of a recovering pod that need no attention. */
const ORDINARY = new Set([
  'starting',
  'not ready',
  'ContainersNotReady',
  'PodInitializing',
  'ContainerCreating',
]);

/** Builds the data for every view of the rollout from the current observation. */
export function buildSnapshot(input: SnapshotInput): RolloutSnapshot {
  const { observation, memory, options, orders, workload, wave } = input;
  const inFlight = new Set(memory.inFlight.map((member) => member.name));
  const cellOf = (pod: ObservedPod) => podCell(pod, options.minReadyMs, input.serverNowMs, inFlight);

  const rows = new Map<string, { cells: (PodCell & { ordinal: number })[] }>();
  const place = (name: string, zone: string | undefined, ordinal: number, cell: PodCell) => {
    const key = zoneKeyOf({ name, zone });
    const row = isKnownZone(key) ? key : UNKNOWN_ZONE;
    const entry = rows.get(row) ?? { cells: [] };
    rows.set(row, entry);
    entry.cells.push({ ...cell, ordinal });
  };
  const cells = new Map<string, PodCell>();
  for (const pod of observation.pods) {
    const cell = cellOf(pod);
    cells.set(pod.name, cell);
    place(pod.name, zoneOf(pod, memory), pod.ordinal, cell);
  }
  for (const name of observation.missing) {
    const state: CellState = inFlight.has(name) ? 'replacing' : 'unready';
    const cell: PodCell = { name, state, detail: 'missing' };
    cells.set(name, cell);
    place(name, zoneOf({ name }, memory), Number(/(?<!\d)\d+$/.exec(name)?.[0] ?? -1), cell);
  }

  const order = orderZones(
    [...rows.keys()].filter((zone) => zone !== UNKNOWN_ZONE),
    options.zoneOrder,
  );
  if (rows.has(UNKNOWN_ZONE)) order.push(UNKNOWN_ZONE);
  const sets = workload.id.kind === 'group' ? setsByZone(input) : undefined;
  const zones = order.map((zone) => ({
    ...zoneRow(zone, rows.get(zone)?.cells ?? [], memory),
    ...(sets && { sets: [...(sets.get(zone) ?? [])].sort() }),
  }));
  const limit = disruptionLimit(observation, options, knownZones(observation, memory).length);
  const largestZone = Math.max(1, ...zones.map((row) => row.total));
  return {
    workload: nameOf(workload.id),
    oldRevisions: countOldRevisions(input),
    updateRevision: observation.updateRevision,
    imageChanges: imageChanges(input),
    total: zones.reduce((sum, row) => sum + row.total, 0),
    updated: zones.reduce((sum, row) => sum + row.updated, 0),
    down: zones.reduce((sum, row) => sum + row.down, 0),
    maxUnavailablePods: Math.min(limit.pods, largestZone),
    paused: orders.paused,
    maxUnavailableBy: orders.maxUnavailableBy,
    undone: orders.undone,
    zones,
    wave: wave && {
      number: wave.number,
      zone: wave.zone,
      pods: wave.pods.flatMap((name) => cells.get(name) ?? []),
    },
    status: input.status,
    startedAtMs: input.startedAtMs,
    nowMs: input.nowMs,
    remainingMs: input.remainingMs,
  };
}

function setsByZone({ pods, workload, observation, memory }: SnapshotInput): Map<string, Set<string>> {
  const zones = new Map(observation.pods.map((pod) => [pod.uid, zoneOf(pod, memory)]));
  const sets = new Map<string, Set<string>>();
  for (const pod of pods) {
    const zone = zones.get(pod.metadata.uid);
    const name = workload.memberOf(pod)?.metadata.name;
    if (zone !== undefined && name !== undefined) sets.set(zone, (sets.get(zone) ?? new Set()).add(name));
  }
  return sets;
}

function podCell(
  pod: ObservedPod,
  minReadyMs: number,
  nowMs: number,
  inFlight: ReadonlySet<string>,
): PodCell {
  if (isAvailable(pod, minReadyMs, nowMs)) {
    return { name: pod.name, state: pod.stale ? 'stale' : 'updated', detail: undefined };
  }
  const detail = pod.terminating
    ? 'terminating'
    : (pod.problem ?? (pod.readySinceMs === undefined ? 'not ready' : 'ready, but not for long enough'));
  const ordinary = pod.terminating || pod.readySinceMs !== undefined || ORDINARY.has(detail);
  return {
    name: pod.name,
    state: inFlight.has(pod.name) && ordinary ? 'replacing' : 'unready',
    detail,
    ...terminationFields(pod, nowMs),
  };
}

function terminationFields({ termination }: ObservedPod, nowMs: number): Pick<PodCell, 'termination'> {
  if (!termination) return {};
  const { sinceMs, graceEndsAtMs } = termination;
  return { termination: { forMs: Math.max(0, nowMs - sinceMs), graceLeftMs: graceEndsAtMs - nowMs } };
}

function zoneRow(
  zone: string,
  cells: readonly (PodCell & { ordinal: number })[],
  memory: RolloutMemory,
): ZoneRow {
  const updated = cells.filter((cell) => cell.state === 'updated').length;
  const stale = cells.filter((cell) => cell.state === 'stale').length;
  const finished = updated === cells.length;
  return {
    zone,
    cells: [...cells].sort(byOrdinalDescending).map(({ ordinal: _, ...cell }) => cell),
    total: cells.length,
    updated,
    down: cells.length - updated - stale,
    phase: finished ? 'finished' : memory.zone === zone ? 'active' : 'pending',
  };
}

function countOldRevisions({ pods, workload }: SnapshotInput): RolloutSnapshot['oldRevisions'] {
  const counts = new Map<string, number>();
  for (const pod of pods) {
    const revision = oldRevisionOf(workload, pod);
    if (revision === undefined) continue;
    counts.set(revision, (counts.get(revision) ?? 0) + 1);
  }
  return [...counts]
    .map(([revision, count]) => ({ revision, pods: count }))
    .sort((a, b) => b.pods - a.pods || (a.revision < b.revision ? -1 : 1));
}

function imageChanges({ pods, workload }: SnapshotInput): string[] {
  const old = new Map<string, Set<string>>();
  for (const pod of pods) {
    if (oldRevisionOf(workload, pod) === undefined) continue;
    for (const { name, image } of pod.spec.containers) {
      const images = old.get(name) ?? new Set();
      old.set(name, images.add(image));
    }
  }
  const images = Map.groupBy(
    workload.members.flatMap(({ containers }) => containers),
    ({ name }) => name,
  );
  return [...images].flatMap(([name, containers]) => {
    const after = [...new Set(containers.map(({ image }) => image))];
    const before = [...(old.get(name) ?? [])].filter((each) => !after.includes(each)).sort();
    return before.length > 0 ? [`${name}: ${before.join(', ')} → ${after.join(', ')}`] : [];
  });
}
