import { compareText, UNKNOWN_ZONE } from '../../../shared/kube/zones.ts';
import { listNames } from '../../../shared/sentences.ts';
import type { FleetFacts, NodeFacts, RolloutFacts, WorkloadFacts, ZoneFacts } from './facts.ts';

/** The state of a workload, the worst first: the order of the rows. */
export const STATES = [
  'zones-down',
  'failed',
  'unhealthy',
  'held',
  'no-open-node',
  'stopped',
  'budget-problem',
  'rolling-out',
  'draining',
  'outdated',
  'ok',
] as const;
export type StatusState = (typeof STATES)[number];

/** States in which nobody has to do anything. */
const QUIET: ReadonlySet<StatusState> = new Set(['rolling-out', 'draining', 'outdated', 'ok']);

/** One workload. Printed by `-o json`: a stable interface; unknown values are null. */
export interface StatusRow {
  kind: WorkloadFacts['kind'];
  namespace: string;
  name: string;
  state: StatusState;
  /** Why it is in this state; empty if all is well. */
  why: string;
  zones: readonly StatusZone[];
  pods: number;
  updated: number;
  revision: string;
  /** The rollout under way, or the last one if it did not finish. */
  rollout: StatusRollout | null;
  drain: { by: string } | null;
  budgets: readonly StatusBudget[];
  /** Cordoned nodes in the zones of its pods. */
  cordoned: readonly CordonedZone[];
}

export interface StatusZone {
  zone: string | null;
  expected: number;
  healthy: number;
  unhealthy: readonly { pod: string; why: string }[];
}

export interface StatusRollout {
  state: 'running' | 'held' | 'stopped' | 'interrupted' | 'failed' | 'lost';
  by: string | null;
  wave: number | null;
  zone: string | null;
  reason: string | null;
}

export interface StatusBudget {
  name: string;
  maxUnavailable: string;
  dryRun: boolean;
  allowed: readonly { zone: string | null; pods: number }[];
  problem: string | null;
}

export interface CordonedZone {
  zone: string | null;
  nodes: readonly string[];
  /** All nodes of the zone, also those that are open. */
  of: number;
}

/** All workloads that are spread over zones, those in trouble first. */
export interface FleetStatus {
  items: readonly StatusRow[];
  /** All cordoned nodes, by zone. */
  cordoned: readonly CordonedZone[];
  /** Workloads in one zone that no budget covers. */
  notSpread: number;
  notes: readonly string[];
}

/** Decides which workloads are shown, in which state each is, and in which order. */
export function fleetStatus({ workloads, nodes, notes }: FleetFacts): FleetStatus {
  const cordoned = cordonedZones(nodes ?? []);
  const shown = workloads.filter(isShown);
  const items = shown
    .map((workload) => statusRow(workload, cordoned))
    .sort(
      (a, b) =>
        STATES.indexOf(a.state) - STATES.indexOf(b.state) ||
        compareText(a.namespace, b.namespace) ||
        compareText(a.name, b.name) ||
        compareText(a.kind, b.kind),
    );
  return { items, cordoned, notSpread: workloads.length - shown.length, notes };
}

/** Whether somebody should look at it. */
export function needsAttention({ state }: Pick<StatusRow, 'state'>): boolean {
  return !QUIET.has(state);
}

/** Without pods in two zones there is nothing to keep apart, unless a budget or a rollout says otherwise. */
function isShown({ zones, budgets, rollout }: WorkloadFacts): boolean {
  return zones.length > 1 || budgets.length > 0 || rollout.holder !== '';
}

function statusRow(workload: WorkloadFacts, allCordoned: readonly CordonedZone[]): StatusRow {
  const { kind, namespace, name, zones, pods, updated, revision, rollout, budgets } = workload;
  const zoneNames = new Set(zones.map(({ zone }) => zone ?? null));
  const cordoned = allCordoned.filter(({ zone }) => zoneNames.has(zone));
  const judged = judge(workload, cordoned);
  return {
    kind,
    namespace,
    name,
    ...judged,
    zones: zones.map(({ zone = null, unhealthy, ...counts }) => ({
      zone,
      ...counts,
      unhealthy: unhealthy.map(({ pod, why }) => ({ pod, why })),
    })),
    pods,
    updated,
    revision,
    rollout: statusRollout(rollout),
    drain: rollout.isDrain && rollout.holder !== '' ? { by: rollout.holder } : null,
    budgets: budgets.map(({ problem = null, allowed, ...budget }) => ({
      ...budget,
      allowed: allowed.map(({ zone = null, pods: count }) => ({ zone, pods: count })),
      problem,
    })),
    cordoned,
  };
}

function statusRollout({ state, holder, isDrain, ended, reason, wave }: RolloutFacts): StatusRollout | null {
  const known = {
    by: holder === '' ? null : holder,
    wave: wave?.number ?? null,
    zone: wave?.zone ?? null,
    reason: reason === '' ? null : reason,
  };
  if (holder !== '') return isDrain || state === 'idle' || state === 'done' ? null : { state, ...known };
  if (state === 'done' || ended === undefined || ended === 'done') return null;
  return { state: ended, ...known };
}

function judge(
  { zones, rollout, updated, pods, budgets }: WorkloadFacts,
  cordoned: readonly CordonedZone[],
): Pick<StatusRow, 'state' | 'why'> {
  const { state, holder, isDrain, ended, reason } = rollout;
  const down = zones.filter(({ unhealthy }) => unhealthy.length > 0);
  if (down.length > 1) return { state: 'zones-down', why: down.map(describeDown).join('; ') };
  if (state === 'idle' && ended === 'failed') return { state: 'failed', why: reason };

  const drains = isDrain && holder !== '';
  const unexplained = drains
    ? []
    : down.flatMap((zone) => {
        const pods = zone.unhealthy.filter(({ replaced }) => !replaced || holder === '');
        return pods.length > 0 ? [{ ...zone, unhealthy: pods }] : [];
      });
  if (unexplained.length > 0) return { state: 'unhealthy', why: unexplained.map(describeDown).join('; ') };
  if (state === 'held' && !isDrain) return { state: 'held', why: reason };

  const closed = cordoned.filter(({ nodes, of }) => nodes.length === of && !drains);
  if (closed.length > 0) {
    const names = closed.map(({ zone }) => zone ?? UNKNOWN_ZONE);
    return {
      state: 'no-open-node',
      why: `all nodes of ${listNames(names)} are cordoned: new pods cannot start`,
    };
  }
  if (state === 'idle' && (ended === 'stopped' || ended === 'interrupted'))
    return { state: 'stopped', why: reason };
  if (state === 'idle' && ended === 'lost') {
    return { state: 'stopped', why: 'the process of its rollout is gone; the same command continues' };
  }
  const problem = budgets.find((budget) => budget.problem !== undefined);
  if (problem) return { state: 'budget-problem', why: `budget ${problem.name}: ${problem.problem}` };
  if (drains) return { state: 'draining', why: '' };
  if (holder !== '') return { state: 'rolling-out', why: '' };
  return { state: updated < pods ? 'outdated' : 'ok', why: '' };
}

function describeDown({ zone, unhealthy }: ZoneFacts): string {
  return `${zone ?? UNKNOWN_ZONE}: ${listNames(unhealthy.map(({ pod, why }) => `${pod} (${why})`))}`;
}

function cordonedZones(nodes: readonly NodeFacts[]): CordonedZone[] {
  return [...Map.groupBy(nodes, ({ zone }) => zone ?? null)]
    .map(([zone, all]) => ({
      zone,
      nodes: all
        .filter(({ cordoned }) => cordoned)
        .map(({ name }) => name)
        .sort(compareText),
      of: all.length,
    }))
    .filter(({ nodes: closed }) => closed.length > 0)
    .sort((a, b) => compareText(a.zone ?? '', b.zone ?? ''));
}
