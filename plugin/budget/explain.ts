import type { LocalView } from '../../shared/budget/decide/admit.ts';
import { bindingFor } from '../../shared/budget/decide/binding.ts';
import type { BudgetDecision } from '../../shared/budget/decide/decide.ts';
import {
  type AskedEviction,
  decideAlone,
  decideEvictions,
  type EvictionContext,
  type EvictionOutcome,
  type EvictionRuling,
} from '../../shared/budget/decide/evictions.ts';
import { viewOwner } from '../../shared/budget/decide/observe.ts';
import { podRead } from '../../shared/budget/decide/pod-record.ts';
import { fixFor, type MalformedBudget } from '../../shared/budget/decide/read-budget.ts';
import { failSync } from '../../shared/budget/decide/reconcile.ts';
import { mayCover } from '../../shared/budget/decide/sentences.ts';
import type { ZoneDisruptionBudget } from '../../shared/budget/decide/types.ts';
import { viewBudget } from '../../shared/budget/decide/view.ts';
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

type Decision = EvictionOutcome | BudgetDecision;

export interface ExplainInput {
  pod: Pod;
  state: ClusterState;
  podDisruptionBudgets: readonly PodDisruptionBudget[];
  enforcement: Enforcement;
}

/** Explains the result of an eviction now, by the function with which the webhook decides. */
export function explainEviction(input: ExplainInput, nowMs: number): Explanation {
  const { pod, state, enforcement } = input;
  const { name, namespace } = pod.metadata;
  const record = budgetPod(pod);
  const here = state.budgets.filter(({ metadata }) => metadata.namespace === namespace);
  const bases = new Map(here.map((budget) => [budget.metadata.name, basisFor(budget, input, nowMs)]));
  const context: EvictionContext = {
    budgets: [
      ...[...bases.values()].map(({ budget }) => ({ kind: 'budget', budget }) as const),
      ...state.malformed
        .filter((malformed) => malformed.namespace === namespace)
        .map((malformed) => ({ kind: 'malformed', malformed }) as const),
    ],
    localViewOf: ({ metadata }) => bases.get(metadata.name)?.local ?? {},
    zoneOfNode: state.zoneOfNode,
    ownerOf: (owned) => viewOwner(owned, state),
    nowMs,
  };
  const asked: AskedEviction = {
    name,
    pod: record,
    binding: bindingFor(record, {}, context.budgets),
    dryRun: true,
    reserveOnly: false,
  };
  const { outcome, covering, rehearsals } = ruleOn(asked, context);
  const answer = (budget: ZoneDisruptionBudget, decision: Decision): BudgetAnswer => ({
    name: budget.metadata.name,
    dryRun: budget.spec.dryRun,
    decision: plain(decision),
    stale: bases.get(budget.metadata.name)?.stale ?? [],
  });
  const isUnreadable = covering.unreadable.length > 0 && outcome.kind === 'deny';
  const budgets = [
    ...covering.enforced.map((budget) =>
      answer(budget, isUnreadable ? decideAlone(budget, asked, context) : outcome),
    ),
    ...rehearsals.map(({ budget, decision }) => answer(budget, decision)),
    ...(isUnreadable ? covering.unreadable.map(unreadableAnswer) : []),
  ];
  const podDisruptionBudgets = askPodBudgets(input.podDisruptionBudgets, pod);
  const podBudgetsAllow = podDisruptionBudgets.every(({ allows }) => allows);
  return {
    pod: {
      namespace,
      name,
      zone: podRead(record, state.zoneOfNode).zone,
      available: record.available,
      problem: record.problem,
    },
    verdict: !podBudgetsAllow
      ? 'denied'
      : outcome.kind === 'allow'
        ? 'admitted'
        : enforcement.kind === 'not-enforced'
          ? 'unenforced'
          : 'denied',
    budgets,
    podDisruptionBudgets,
    enforcement,
  };
}

/** As the webhook does it for a batch of one dry run. */
function ruleOn(asked: AskedEviction, context: EvictionContext): EvictionRuling {
  const { settled, byBudget } = decideEvictions([asked], context);
  const ruling = settled.get(asked) ?? byBudget[0]?.rulings.get(asked);
  if (!ruling) throw new Error('each eviction has a ruling');
  return ruling;
}

interface Basis {
  budget: ZoneDisruptionBudget;
  local: LocalView;
  stale: readonly string[];
}

/**
 * The webhook decides by the stored status, restricted further by its own view. Without a webhook that status is not kept
 * up to date, so the current pods decide.
 */
function basisFor(
  budget: ZoneDisruptionBudget,
  { state, enforcement }: Pick<ExplainInput, 'state' | 'enforcement'>,
  nowMs: number,
): Basis {
  const unattended = enforcement.kind === 'not-enforced';
  const observed = countPodsOf(budget, state);
  if (typeof observed === 'string') {
    const isUsable = !unattended && !('code' in viewBudget(budget));
    return {
      budget: unattended ? { ...budget, status: failSync(budget, observed, nowMs) } : budget,
      local: { uncountable: observed },
      stale: isUsable ? [`its pods cannot be counted now: ${observed}`] : [],
    };
  }
  const { observation } = observed;
  const now = countNow(budget, observed, nowMs);
  return unattended
    ? { budget: { ...budget, status: now }, local: { observation }, stale: [] }
    : { budget, local: { observation }, stale: differences(budget, now) };
}

function plain(decision: Decision): BudgetAnswer['decision'] {
  const { kind, reason } = decision;
  return decision.kind === 'deny' && decision.fix !== undefined
    ? { kind, reason, fix: decision.fix }
    : { kind, reason };
}

/** It is unknown which pods such a budget covers. */
function unreadableAnswer(budget: MalformedBudget): BudgetAnswer {
  const decision = { kind: 'deny', reason: mayCover(budget), fix: fixFor(budget) } as const;
  return { name: budget.name, dryRun: false, decision, stale: [] };
}
