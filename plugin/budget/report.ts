import { settlingMessage } from '../../shared/budget/decide/condition.ts';
import { allowedDisruptions, zoneLoads } from '../../shared/budget/decide/decide.ts';
import type { OwnedPods } from '../../shared/budget/decide/owned-pods.ts';
import { fixFor, type MalformedBudget } from '../../shared/budget/decide/read-budget.ts';
import { countAgain } from '../../shared/budget/decide/reconcile.ts';
import type { BudgetStatus, ZoneDisruptionBudget } from '../../shared/budget/decide/types.ts';
import { maxUnavailablePods, viewBudget } from '../../shared/budget/decide/view.ts';
import { compareText, isKnownZone, zoneKeyOf } from '../../shared/kube/zones.ts';
import type { BudgetPod } from './pod.ts';
import { differences } from './staleness.ts';
import { type ClusterState, type Counted, countPodsOf } from './state.ts';

/** A budget with its current pods, counted here. Printed by `-o json`: a stable interface. */
export interface BudgetReport {
  namespace: string;
  name: string;
  /** As in the spec; empty if it is not set. */
  maxUnavailable: string;
  /** The number of pods; absent if it is unknown. */
  maxUnavailablePods: number | undefined;
  expectedReplicas: number;
  dryRun: boolean;
  /** By name; pods whose zone is unknown are in the last one, without a name. */
  zones: readonly ZoneReport[];
  /** Whether the budget itself cannot be read; then only its name and `problem` are known. */
  malformed: boolean;
  /** Why the pods cannot be counted, nothing can be allowed, or it protects nothing. */
  problem: string | undefined;
  /** How the stored status, by which the webhook decides, differs from the pods. */
  stale: readonly string[];
}

export interface ZoneReport {
  /** Undefined for pods whose zone is unknown; each of them counts as a zone of its own. */
  zone: string | undefined;
  expected: number;
  healthy: number;
  unavailable: readonly { pod: string; why: string }[];
  /** Pods whose eviction is admitted and that still exist. */
  reserved: readonly string[];
  /** Pods that could be evicted now. */
  allowed: number;
}

/** Reports all budgets, sorted by namespace and name. */
export function reportBudgets(state: ClusterState, nowMs: number): BudgetReport[] {
  return [
    ...state.budgets.map((budget) => reportBudget(budget, countPodsOf(budget, state), nowMs)),
    ...state.malformed.map(reportMalformed),
  ].sort((a, b) => compareText(a.namespace, b.namespace) || compareText(a.name, b.name));
}

/** The status that a webhook would write if it counted these pods now. */
export function countNow(
  budget: ZoneDisruptionBudget,
  observed: Pick<Counted, 'observation'>,
  nowMs: number,
): BudgetStatus {
  return countAgain(budget, observed.observation, nowMs);
}

function reportBudget(budget: ZoneDisruptionBudget, observed: Counted | string, nowMs: number): BudgetReport {
  const { metadata, spec } = budget;
  const common = {
    namespace: metadata.namespace,
    name: metadata.name,
    maxUnavailable: String(spec.maxUnavailable ?? ''),
    dryRun: spec.dryRun,
    malformed: false,
  };
  if (typeof observed === 'string') return { ...common, ...byWebhook(budget, observed) };
  const now = countNow(budget, observed, nowMs);
  const most = maxUnavailablePods(spec, now.expectedReplicas);
  const usable = typeof most === 'number';
  const settling = settlingMessage(budget.status);
  return {
    ...common,
    maxUnavailablePods: usable ? most : undefined,
    expectedReplicas: now.expectedReplicas,
    zones: zoneReports(now, usable && settling === undefined ? most : 0, observed),
    problem: usable
      ? (coversNothing(budget, observed) ??
        (settling === undefined ? undefined : `settling, admits nothing yet: ${settling}`))
      : `invalid maxUnavailable: ${most}`,
    stale: differences(budget, now),
  };
}

/**
 * The report of a budget whose pods cannot be counted here: the webhook's count, as the webhook may have more
 * permissions, without the names of unavailable pods.
 */
function byWebhook(budget: ZoneDisruptionBudget, why: string) {
  const view = viewBudget(budget);
  if ('code' in view) return { ...UNCOUNTED, problem: `its pods cannot be counted: ${why}` };
  return {
    maxUnavailablePods: view.maxUnavailable,
    expectedReplicas: budget.status.expectedReplicas,
    zones: zoneReports(budget.status, view.maxUnavailable, { observation: { pods: [] }, owners: [] }),
    problem: `its pods cannot be counted here, so the webhook’s count is shown: ${why}`,
    stale: [],
  };
}

/** A budget with a wrong selector looks valid but protects nothing. */
function coversNothing(
  { spec: { selector } }: ZoneDisruptionBudget,
  { owners }: Counted,
): string | undefined {
  if (owners.length > 0) return undefined;
  const { matchLabels = {}, matchExpressions = [] } = selector ?? {};
  return Object.keys(matchLabels).length + matchExpressions.length === 0
    ? 'it protects nothing: an empty selector covers no pods, unlike in a PodDisruptionBudget'
    : 'it protects nothing: no pod and no workload matches its selector; correct spec.selector';
}

const UNCOUNTED = { maxUnavailablePods: undefined, expectedReplicas: 0, zones: [], stale: [] };

function reportMalformed(budget: MalformedBudget): BudgetReport {
  const { namespace, name, reason } = budget;
  const problem = `it cannot be read: ${reason}; ${fixFor(budget)}`;
  return { ...UNCOUNTED, namespace, name, maxUnavailable: '', dryRun: false, malformed: true, problem };
}

function zoneReports(
  status: BudgetStatus,
  maxUnavailable: number,
  { observation, owners }: { observation: Pick<Counted['observation'], 'pods'>; owners: Counted['owners'] },
): ZoneReport[] {
  const { zones, reservations, lastZones } = status;
  const zoneOf = new Map<string, string | undefined>(lastZones);
  for (const { name, zone } of observation.pods) if (zone !== undefined) zoneOf.set(name, zone);
  for (const { pod, zone } of reservations) zoneOf.set(pod, zone);
  const reserved = new Set(reservations.map(({ pod }) => pod));
  const down = Map.groupBy(
    owners.flatMap(downPods).filter(({ pod }) => !reserved.has(pod)),
    ({ pod }) => zoneKeyOf({ name: pod, zone: zoneOf.get(pod) }),
  );
  const allowed = new Map(allowedDisruptions(zones, reservations, maxUnavailable));
  const reports = zoneLoads({ zones, reservations }, undefined).map(
    ({ zone, expected, unavailable, reserved: about }): ZoneReport => ({
      zone: isKnownZone(zone) ? zone : undefined,
      expected,
      healthy: expected - unavailable,
      unavailable: (down.get(zone) ?? []).sort((a, b) => compareText(a.pod, b.pod)),
      reserved: about,
      allowed: allowed.get(zone) ?? 0,
    }),
  );
  return [...reports.filter(({ zone }) => zone !== undefined), ...together(reports)];
}

/** The unavailable pods, and why. */
function downPods({ pods, missing }: OwnedPods<BudgetPod>): { pod: string; why: string }[] {
  return [
    ...pods.flatMap(({ name, problem }) => (problem === undefined ? [] : [{ pod: name, why: problem }])),
    ...missing.map(({ name }) => ({ pod: name, why: 'missing' })),
  ];
}

/** Merges the zones without a name. */
function together(reports: readonly ZoneReport[]): ZoneReport[] {
  const unknown = reports.filter(({ zone }) => zone === undefined);
  if (unknown.length === 0) return [];
  const sum = (count: (report: ZoneReport) => number) => unknown.reduce((all, each) => all + count(each), 0);
  return [
    {
      zone: undefined,
      expected: sum(({ expected }) => expected),
      healthy: sum(({ healthy }) => healthy),
      unavailable: unknown.flatMap(({ unavailable }) => unavailable),
      reserved: unknown.flatMap(({ reserved }) => reserved),
      // A pod in an unknown zone may never be evicted: the decision denies it whatever the counts are.
      allowed: 0,
    },
  ];
}
