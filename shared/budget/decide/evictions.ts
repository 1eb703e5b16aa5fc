/**
 * The decision about the evictions of one namespace that arrived together: which budget applies to each, and what it
 * says. The webhook and `kubectl zone budget explain` use this function for all of it, so that they cannot disagree. Pure.
 */
import type { ZoneOfNode } from '../../kube/zones.ts';
import { type AdmissionRequest, admit, type LocalView, type OwnerView } from './admit.ts';
import { type Binding, isBound } from './binding.ts';
import type { Allow, BudgetDecision, DenyCode } from './decide.ts';
import { type PodRecord, podRead } from './pod-record.ts';
import { fixFor, type ReadBudget } from './read-budget.ts';
import * as sentences from './sentences.ts';
import type { BudgetStatus, ZoneDisruptionBudget } from './types.ts';
import { budgetsCovering, type CoveringBudgets, isGuarded, whoDecides } from './which-budget.ts';

export interface AskedEviction {
  /** Name in the request. */
  name: string;
  /** The consistent read of that name; undefined if there is no such pod. */
  pod: PodRecord | undefined;
  binding: Binding;
  /** Gets the verdict that it would get alone, and reserves nothing. */
  dryRun: boolean;
  /** A controller removes the pod; see `AdmissionRequest`. */
  reserveOnly: boolean;
}

/** What a verdict depends on besides the evictions. */
export interface EvictionContext {
  /** Of the namespace, from a consistent read. */
  budgets: readonly ReadBudget[];
  /** What the deciding process knows of a budget besides the object. */
  localViewOf(budget: ZoneDisruptionBudget): LocalView;
  zoneOfNode: ZoneOfNode;
  ownerOf(pod: PodRecord): OwnerView | undefined;
  /** On the API server's clock. */
  nowMs: number;
}

export type EvictionOutcome =
  | {
      kind: 'allow';
      why: Allow['why'] | 'no-budget';
      /** Empty without a budget. */
      reason: string;
    }
  | {
      kind: 'deny';
      why: DenyCode | 'gone' | 'unbound' | 'pod-changed' | 'two-budgets';
      reason: string;
      /** What would change it. */
      fix: string | undefined;
      /** Names of the budgets that deny it: of one, because of its counts; of several, because there is more than one. */
      budgets: readonly string[];
    };

export interface EvictionRuling {
  outcome: EvictionOutcome;
  /** The budgets that cover the pod, or may. */
  covering: CoveringBudgets;
  /** What the budgets with spec.dryRun that cover the pod would decide. */
  rehearsals: readonly { budget: ZoneDisruptionBudget; decision: BudgetDecision }[];
}

/** Evictions whose outcome depends on the counts of one budget. */
export interface BudgetRulings<E> {
  budget: ZoneDisruptionBudget;
  rulings: ReadonlyMap<E, EvictionRuling>;
  /** The status to write before any of these outcomes is used; undefined if nothing needs to be written. */
  next: BudgetStatus | undefined;
}

export interface EvictionRulings<E> {
  /** Outcomes that depend on no counts. */
  settled: ReadonlyMap<E, EvictionRuling>;
  byBudget: readonly BudgetRulings<E>[];
}

/** @param asked in order of arrival: earlier ones determine the zone */
export function decideEvictions<E extends AskedEviction>(
  asked: readonly E[],
  context: EvictionContext,
): EvictionRulings<E> {
  const guarded = isGuarded(context.budgets);
  const given = withViewsKept(context);
  const settled = new Map<E, EvictionRuling>();
  const groups = new Map<ZoneDisruptionBudget, Map<E, Omit<EvictionRuling, 'outcome'>>>();
  for (const each of asked) {
    const covering = budgetsCovering(each.pod?.labels ?? {}, each.pod ? given.budgets : []);
    const rehearsals = covering.rehearsals.map((budget) => ({
      budget,
      decision: decideAlone(budget, each, given),
    }));
    const first = beforeCounts(each, covering, guarded);
    if (first.kind !== 'counts') {
      settled.set(each, { outcome: first, covering, rehearsals });
      continue;
    }
    const group = groups.get(first.budget) ?? new Map();
    groups.set(first.budget, group.set(each, { covering, rehearsals }));
  }
  const byBudget = [...groups].map(([budget, group]) => decideByCounts(budget, group, given));
  return { settled, byBudget };
}

/** What the budget would decide about this eviction alone, and whatever other budgets say. */
export function decideAlone(
  budget: ZoneDisruptionBudget,
  asked: AskedEviction,
  context: EvictionContext,
): BudgetDecision {
  const local = context.localViewOf(budget);
  const [decision] = admit(
    markedBy(local, budget),
    [requestFor(asked, context)],
    local,
    context.nowMs,
  ).decisions;
  if (!decision) throw new Error('one request has one decision');
  return decision;
}

/** Counting a budget's pods takes long, compared to a decision. */
function withViewsKept(context: EvictionContext): EvictionContext {
  const views = new Map<ZoneDisruptionBudget, LocalView>();
  return {
    ...context,
    localViewOf(budget) {
      const view = views.get(budget) ?? context.localViewOf(budget);
      views.set(budget, view);
      return view;
    },
  };
}

function decideByCounts<E extends AskedEviction>(
  budget: ZoneDisruptionBudget,
  group: ReadonlyMap<E, Omit<EvictionRuling, 'outcome'>>,
  context: EvictionContext,
): BudgetRulings<E> {
  const local = context.localViewOf(budget);
  const real = [...group.keys()].filter(({ dryRun }) => !dryRun);
  const requests = real.map((each) => requestFor(each, context));
  const admission = admit(markedBy(local, budget), requests, local, context.nowMs);
  const decided = new Map(real.map((each, index) => [each, admission.decisions[index]]));
  const rulings = new Map<E, EvictionRuling>();
  for (const [each, ruling] of group) {
    const decision = decided.get(each) ?? decideAlone(budget, each, context);
    rulings.set(each, { ...ruling, outcome: outcomeOf(decision, budget) });
  }
  return { budget, rulings, next: admission.next ?? (real.length > 0 ? local.marked : undefined) };
}

function markedBy({ marked }: LocalView, budget: ZoneDisruptionBudget): ZoneDisruptionBudget {
  return marked ? { ...budget, status: marked } : budget;
}

function requestFor(
  { name, pod, binding, reserveOnly }: AskedEviction,
  { zoneOfNode, ownerOf }: EvictionContext,
): AdmissionRequest {
  return {
    name,
    pod: pod && podRead(pod, zoneOfNode),
    preconditionUid: binding.uid,
    owner: pod && ownerOf(pod),
    reserveOnly,
  };
}

/** The outcome if it does not depend on counts, else the budget whose counts decide. */
function beforeCounts(
  { name, pod, binding, reserveOnly }: AskedEviction,
  covering: CoveringBudgets,
  guarded: boolean,
): EvictionOutcome | { kind: 'counts'; budget: ZoneDisruptionBudget } {
  if (!pod) return deny('gone', sentences.gone(name));
  // L6: when the API server evicts, the name may belong to another pod.
  if (binding.uid === undefined && guarded)
    return deny('unbound', sentences.unbound(name), sentences.FIX_UNBOUND);
  const deciding = whoDecides(pod, covering);
  if (deciding.kind === 'nobody' && deciding.why !== 'no-budget') {
    const reason = deciding.why === 'terminal' ? sentences.ended(name) : sentences.terminating(name);
    return { kind: 'allow', why: deciding.why, reason };
  }
  if (binding.uid !== undefined && binding.uid !== pod.uid) {
    return { kind: 'allow', why: 'other-pod', reason: sentences.otherPod(name, pod.uid) };
  }
  switch (deciding.kind) {
    case 'nobody':
      // A budget may cover it when the API server evicts, and nothing is reserved for it (L7).
      return guarded && !reserveOnly && binding.resourceVersion !== pod.resourceVersion
        ? changed(
            binding.resourceVersion === undefined
              ? `the labels of ${name} or its budgets have`
              : `${name} has`,
          )
        : { kind: 'allow', why: 'no-budget', reason: '' };
    case 'unreadable': {
      const [first] = deciding.budgets;
      return deny(
        'invalid-budget',
        sentences.cannotTell(name, undefined, sentences.mayCover(first)),
        first && fixFor(first),
      );
    }
    case 'several': {
      const names = deciding.budgets.map(({ metadata }) => metadata.name);
      return deny('two-budgets', sentences.twoBudgets(name, names), sentences.FIX_TWO_BUDGETS, names);
    }
    case 'one':
      return reserveOnly || isBound(pod, binding)
        ? { kind: 'counts', budget: deciding.budget }
        : changed(`${name} has`);
  }
}

/** The API server would return 409, which ends a drain; 429 is retried. */
function changed(who: string): EvictionOutcome {
  return deny('pod-changed', `${who} just changed`, 'try again');
}

function outcomeOf(decision: BudgetDecision, { metadata }: ZoneDisruptionBudget): EvictionOutcome {
  if (decision.kind === 'allow') return { kind: 'allow', why: decision.why, reason: decision.reason };
  return deny(decision.code, decision.reason, decision.fix, [metadata.name]);
}

function deny(
  why: Extract<EvictionOutcome, { kind: 'deny' }>['why'],
  reason: string,
  fix?: string,
  budgets: readonly string[] = [],
): EvictionOutcome {
  return { kind: 'deny', why, reason, fix, budgets };
}
