import { settlingMessage } from '../../shared/budget/decide/condition.ts';
import { allowedDisruptions, zoneLoads } from '../../shared/budget/decide/decide.ts';
import { countAgain } from '../../shared/budget/decide/ledger.ts';
import type { OwnedPods } from '../../shared/budget/decide/owned-pods.ts';
import { fixFor, type MalformedBudget } from '../../shared/budget/decide/read-budget.ts';
import type { BudgetStatus, ZoneDisruptionBudget } from '../../shared/budget/decide/types.ts';
import { maxUnavailablePods, viewBudget } from '../../shared/budget/decide/view.ts';
import { compareText, isKnownZone, zoneKeyOf } from '../../shared/kube/zones.ts';
import type { BudgetPod } from './pod.ts';
import { differences } from './staleness.ts';
import { type ClusterState, type Counted, countPodsOf } from './state.ts';

/** A budget as its pods are now, counted here. `-o json` prints it: a stable interface. */
export interface BudgetReport {
  namespace: string;
  name: string;
  /** As written; empty when it is not set. */
  maxUnavailable: string;
  /** In pods; absent when it cannot be told. */
  maxUnavailablePods: number | undefined;
  expectedReplicas: number;
  dryRun: boolean;
  /** By name; pods whose zone nobody knows are in a last one without a name. */
  zones: readonly ZoneReport[];
  /** Whether the budget itself cannot be read; then only its name is known, and `problem`. */
  malformed: boolean;
  /** Why the pods cannot be counted, nothing can be allowed, or it protects nothing. */
  problem: string | undefined;
  /** In what the stored status, by which the webhook decides, differs from the pods. */
  stale: readonly string[];
}

export interface ZoneReport {
  /** Undefined for pods whose zone nobody knows; each of them counts as a zone of its own. */
  zone: string | undefined;
  expected: number;
  healthy: number;
  unavailable: readonly { pod: string; why: string }[];
  /** Pods whose eviction is admitted and that still stand. */
  reserved: readonly string[];
  /** Pods that could be evicted now. */
  allowed: number;
}

/** Reports on all budgets of a state, sorted by namespace and name. */
export function reportBudgets(state: ClusterState, nowMs: number): BudgetReport[] {
  return [
    ...state.budgets.map((budget) => reportBudget(budget, countPodsOf(budget, state), nowMs)),
    ...state.malformed.map(reportMalformed),
  ].sort((a, b) => compareText(a.namespace, b.namespace) || compareText(a.name, b.name));
}

/** The status as a webhook would write it if it counted these very pods now. */
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
        (settling === undefined ? undefined : `settling, it admits nothing yet: ${settling}`))
      : `maxUnavailable cannot be used: ${most}`,
    stale: differences(budget, now),
  };
}

/**
 * What is left to show of a budget whose pods cannot be counted here: what the webhook has counted, which may read more
 * than we may, without the names of the pods that are down.
 */
function byWebhook(budget: ZoneDisruptionBudget, why: string) {
  const view = viewBudget(budget);
  if ('code' in view) return { ...UNCOUNTED, problem: `its pods cannot be counted: ${why}` };
  return {
    maxUnavailablePods: view.maxUnavailable,
    expectedReplicas: budget.status.expectedReplicas,
    zones: zoneReports(budget.status, view.maxUnavailable, { observation: { pods: [] }, owners: [] }),
    problem: `its pods cannot be counted here, and what the webhook counted is shown: ${why}`,
    stale: [],
  };
}

/** A selector that was written wrongly protects nothing, and looks like a budget all the same. */
function coversNothing(
  { spec: { selector } }: ZoneDisruptionBudget,
  { owners }: Counted,
): string | undefined {
  if (owners.length > 0) return undefined;
  const { matchLabels = {}, matchExpressions = [] } = selector ?? {};
  return Object.keys(matchLabels).length + matchExpressions.length === 0
    ? 'it protects nothing: its selector is empty, which covers no pods, unlike in a PodDisruptionBudget'
    : 'it protects nothing: no pod has the labels of its selector, and no workload makes such pods; correct spec.selector';
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

/** The pods that do not serve, and why. */
function downPods({ pods, missing }: OwnedPods<BudgetPod>): { pod: string; why: string }[] {
  return [
    ...pods.flatMap(({ name, problem }) => (problem === undefined ? [] : [{ pod: name, why: problem }])),
    ...missing.map(({ name }) => ({ pod: name, why: 'missing' })),
  ];
}

/** The zones without a name as one. */
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
      // A pod of an unknown zone is never let go: the decision denies it whatever the counts are.
      allowed: 0,
    },
  ];
}
