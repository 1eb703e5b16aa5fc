import { emptyDrainMemory, rememberDrain } from '../../../../plugin/drain/decide/memory.ts';
import type {
  DrainInput,
  DrainMemory,
  DrainNode,
  DrainObservation,
  DrainOptions,
  DrainPod,
  DrainWorkload,
} from '../../../../plugin/drain/decide/types.ts';
import { tallyZones } from '../../../../shared/kube/zones.ts';

export const NOW_MS = Date.parse('2026-03-01T12:00:00Z');

export const OPTIONS: DrainOptions = {
  zoneOrder: [],
  maxNodes: undefined,
  soakMs: 0,
  pendingMs: 60_000,
  ignoreBroken: [],
};

export function node(name: string, zone: string | undefined, cordoned = false): DrainNode {
  return { name, zone, cordoned };
}

/** An available pod of the workload `ingester` under the zone budget `prod/ingester`. */
export function pod(name: string, on: DrainNode, change: Partial<DrainPod> = {}): DrainPod {
  return {
    namespace: 'prod',
    name,
    uid: `uid-${name}`,
    node: on.name,
    zone: on.zone,
    available: true,
    terminating: false,
    asked: false,
    refused: undefined,
    workload: 'ingester',
    zoneBudgets: ['prod/ingester'],
    podBudgets: [],
    ...change,
  };
}

/** What makes a pod one that nothing but the drain itself guards. */
export const UNGUARDED = { workload: 'web', zoneBudgets: [] } as const;

/** The whole workload `ingester` with two pods in each of three zones, less those that are named with their zone. */
export function workload(
  down: Readonly<Record<string, string | undefined>> = {},
  change: Partial<DrainWorkload> = {},
): DrainWorkload {
  const standing = ['zone-a', 'zone-a', 'zone-b', 'zone-b', 'zone-c', 'zone-c'].map((zone, index) => ({
    name: `other-${index}`,
    zone,
    available: true,
  }));
  const gone = Object.entries(down).map(([name, zone]) => ({ name, zone, available: false }));
  return {
    key: 'ingester',
    namespace: 'prod',
    label: 'statefulset/ingester',
    guard: 'zone-budget',
    zones: tallyZones([...standing, ...gone]),
    down: gone.map(({ name, zone }) => ({ name, zone, problem: 'missing', unschedulable: undefined })),
    rolloutHolder: undefined,
    ...change,
  };
}

/** The workload `web`, guarded by nothing. */
export function web(down: Readonly<Record<string, string | undefined>> = {}): DrainWorkload {
  return workload(down, { key: 'web', label: 'deployment/web', guard: 'none' });
}

/** `workload` with a pod of zone-a that no node takes since `sinceMs`. */
export function unschedulable(sinceMs: number): DrainWorkload {
  const broken = workload({ 'ingester-9': 'zone-a' });
  const down = broken.down.map((each) => ({
    ...each,
    unschedulable: { message: '3 nodes had volume node affinity conflict', sinceMs },
  }));
  return { ...broken, down };
}

/** A zone budget for the pods of `workload()`, counted from it. */
export function zoneBudget(counted: DrainWorkload, maxUnavailable: number): DrainObservation['zoneBudgets'] {
  const zones = counted.zones.map(({ zone, total, down }) => ({
    zone,
    expected: total,
    unavailable: down.length,
  }));
  const view = { zones, reservations: [], maxUnavailable };
  return new Map([['prod/ingester', { view, policy: 'AlwaysAllow' }]]);
}

export function observation(change: Partial<DrainObservation> = {}): DrainObservation {
  const [counted = workload()] = change.workloads ?? [];
  return {
    nodes: [],
    pods: [],
    workloads: [counted],
    zoneBudgets: zoneBudget(counted, 4),
    podBudgets: new Map(),
    ...change,
  };
}

/** The memory of a drain that has begun `zone` with these nodes, when everything was whole. */
export function begun(zone: string | undefined, ...batch: DrainNode[]): DrainMemory {
  return {
    ...emptyDrainMemory(),
    zone,
    begun: true,
    batch: batch.map(({ name }) => name),
    known: ['ingester', 'web'],
    resumed: false,
  };
}

/** The decision's input, with the memory brought up to date as the driver does it. */
export function input(seen: DrainObservation, change: Partial<DrainInput> = {}): DrainInput {
  const given: DrainInput = {
    observation: seen,
    options: OPTIONS,
    memory: emptyDrainMemory(),
    nowMs: NOW_MS,
    ...change,
  };
  return { ...given, memory: rememberDrain(given.memory, seen, given.nowMs) };
}
