import { type BudgetDecision, decideEviction } from '../../shared/budget/decide/decide.ts';
import { type Admission, admit } from '../../shared/budget/decide/ledger.ts';
import { viewOwner } from '../../shared/budget/decide/observe.ts';
import { podRead } from '../../shared/budget/decide/pod-record.ts';
import { fixFor, type MalformedBudget, type ReadBudget } from '../../shared/budget/decide/read-budget.ts';
import type { ZoneDisruptionBudget } from '../../shared/budget/decide/types.ts';
import { causeOf, uncountable, viewBudget } from '../../shared/budget/decide/view.ts';
import { budgetsCovering, whoDecides } from '../../shared/budget/decide/which-budget.ts';
import type { Pod, PodDisruptionBudget } from '../../shared/kube/objects.ts';
import type { Enforcement } from './enforcement.ts';
import { budgetPod } from './pod.ts';
import { askPodBudgets, type PodBudgetAnswer } from './pod-budgets.ts';
import { countNow } from './report.ts';
import { differences } from './staleness.ts';
import { type ClusterState, countPodsOf } from './state.ts';

/** Whether a pod could be evicted now, and the answer of each budget. Printed by `-o json`: a stable interface. */
export interface Explanation {
  pod: {
    namespace: string;
    name: string;
    zone: string | undefined;
    available: boolean;
    problem: string | undefined;
  };
  /** `unenforced`: a zone disruption budget denies it, but no webhook enforces the budget. */
  verdict: 'admitted' | 'denied' | 'unenforced';
  /** The budgets that cover the pod; several of them deny every eviction. */
  budgets: readonly BudgetAnswer[];
  podDisruptionBudgets: readonly PodBudgetAnswer[];
  enforcement: Enforcement;
}

export interface BudgetAnswer {
  name: string;
  /** The budget only warns. */
  dryRun: boolean;
  decision: Pick<BudgetDecision, 'kind' | 'reason'> & { fix?: string };
  /** How the stored status differs from the pods. */
  stale: readonly string[];
}

export interface ExplainInput {
  pod: Pod;
  state: ClusterState;
  podDisruptionBudgets: readonly PodDisruptionBudget[];
  enforcement: Enforcement;
}

/** Explains the result of an eviction now, by the decision of the webhook. */
export function explainEviction(input: ExplainInput, nowMs: number): Explanation {
  const { pod, state, enforcement } = input;
  const { name, namespace, labels } = pod.metadata;
  const record = budgetPod(pod);
  const read = podRead(record, state.zoneOfNode);
  const covering = budgetsCovering(labels, readBudgetsOf(state, namespace));
  const deciding = whoDecides(record, covering);
  const enforced =
    deciding.kind === 'several'
      ? covering.enforced.map((budget) => severalBudgets(budget, covering.enforced))
      : covering.enforced.map((budget) => askBudget(budget, input, nowMs));
  const rehearsals = covering.rehearsals.map((budget) => askBudget(budget, input, nowMs));
  const unreadable = deciding.kind === 'unreadable' ? deciding.budgets.map(mayCover) : [];
  const budgets = [...enforced, ...rehearsals, ...unreadable];
  const podDisruptionBudgets = askPodBudgets(input.podDisruptionBudgets, pod);
  const podBudgetsAllow = podDisruptionBudgets.every(({ allows }) => allows);
  const zonesAllow = budgets.every(({ decision, dryRun }) => decision.kind === 'allow' || dryRun);
  return {
    pod: {
      namespace,
      name,
      zone: read.zone,
      available: read.available,
      problem: record.problem,
    },
    verdict: !podBudgetsAllow
      ? 'denied'
      : zonesAllow
        ? 'admitted'
        : enforcement.kind === 'not-enforced'
          ? 'unenforced'
          : 'denied',
    budgets,
    podDisruptionBudgets,
    enforcement,
  };
}

function readBudgetsOf({ budgets, malformed }: ClusterState, namespace: string): ReadBudget[] {
  const here = budgets.filter(({ metadata }) => metadata.namespace === namespace);
  const unread = malformed.filter((budget) => budget.namespace === namespace);
  return [
    ...here.map((budget) => ({ kind: 'budget' as const, budget })),
    ...unread.map((budget) => ({ kind: 'malformed' as const, malformed: budget })),
  ];
}

/**
 * The webhook decides by the stored status, restricted further by its own view. Without a webhook that status is not kept
 * up to date, so the current pods decide.
 */
function askBudget(budget: ZoneDisruptionBudget, input: ExplainInput, nowMs: number): BudgetAnswer {
  const { pod, state, enforcement } = input;
  const { spec, metadata } = budget;
  const common = { name: metadata.name, dryRun: spec.dryRun };
  const record = budgetPod(pod);
  // Like `/bind`, this binds the eviction to the current pod of that name.
  const request = { name: record.name, pod: podRead(record, state.zoneOfNode), preconditionUid: record.uid };
  const owned = { ...request, owner: viewOwner(record, state) };
  const observed = countPodsOf(budget, state);
  const unattended = enforcement.kind === 'not-enforced';
  if (typeof observed === 'string') {
    const own = uncountable(budget, observed);
    const stored = viewBudget(budget);
    const cause = unattended ? own : 'code' in stored ? causeOf(stored, own) : undefined;
    const decision =
      cause === undefined
        ? decided(admit(budget, [owned], undefined, nowMs))
        : decideEviction(cause, spec.unhealthyPodEvictionPolicy, request);
    const stale = cause === undefined ? [`its pods cannot be counted now: ${observed}`] : [];
    return { ...common, decision: plain(decision), stale };
  }
  const now = countNow(budget, observed, nowMs);
  const basis = unattended ? { ...budget, status: now } : budget;
  const decision = decided(admit(basis, [owned], observed.observation, nowMs));
  return { ...common, decision: plain(decision), stale: unattended ? [] : differences(budget, now) };
}

function decided({ decisions: [decision] }: Admission): BudgetDecision {
  if (!decision) throw new Error('the ledger gave no decision');
  return decision;
}

function plain(decision: BudgetDecision): BudgetAnswer['decision'] {
  const { kind, reason } = decision;
  return decision.kind === 'deny' ? { kind, reason, fix: decision.fix } : { kind, reason };
}

/** Like the webhook: it is unknown which pods such a budget covers. */
function mayCover(budget: MalformedBudget): BudgetAnswer {
  return {
    name: budget.name,
    dryRun: false,
    decision: {
      kind: 'deny',
      reason: `the budget cannot be read, and it may cover the pod: ${budget.reason}`,
      fix: fixFor(budget),
    },
    stale: [],
  };
}

/** As for PodDisruptionBudgets: with two budgets it is undefined which one applies. */
function severalBudgets(
  { metadata, spec }: ZoneDisruptionBudget,
  all: readonly ZoneDisruptionBudget[],
): BudgetAnswer {
  const names = all.map((budget) => budget.metadata.name).join(', ');
  return {
    name: metadata.name,
    dryRun: spec.dryRun,
    decision: {
      kind: 'deny',
      reason: `the pod has more than one ZoneDisruptionBudget: ${names}`,
      fix: 'change their selectors so that only one covers it, or delete the others',
    },
    stale: [],
  };
}
