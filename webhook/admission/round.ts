/** One attempt to decide about evictions of a namespace that arrived together. */
import { coverage } from '../../shared/budget/budget.ts';
import { type AdmissionRequest, admit, type OwnerView } from '../../shared/budget/ledger.ts';
import { type PodRecord, podRead } from '../../shared/budget/pod-record.ts';
import type { BudgetObservation, BudgetStatus, ZoneDisruptionBudget } from '../../shared/budget/types.ts';
import type { ZoneOfNode } from '../../shared/zones.ts';
import type { Eviction } from '../api/review.ts';
import type { ListedBudget } from '../budgets/store.ts';
import { allowed, gone, ofDecision, tryAgain, twoBudgets, unbound, type Verdict } from './verdict.ts';

/** What a verdict rests on beside budget and pods. */
export interface Circumstances {
  zoneOfNode: ZoneOfNode;
  ownerOf(pod: PodRecord): OwnerView | undefined;
  /** By the API server's clock. */
  nowMs: number;
}

/** An eviction with the consistent read of its pod. */
export interface Asked {
  eviction: Eviction;
  pod: PodRecord | undefined;
}

/** Evictions that one budget decides about, in the order of their arrival. */
export interface BudgetGroup {
  budget: ZoneDisruptionBudget;
  /** Budgets that only rehearse, for each of the evictions. */
  evictions: readonly (Asked & { rehearsals: readonly ZoneDisruptionBudget[] })[];
}

export interface Sorted {
  /** Those that need no budget's decision. */
  settled: ReadonlyMap<Eviction, Verdict>;
  groups: readonly BudgetGroup[];
}

/** Finds the budget of each eviction. */
export function sortByBudget(
  asked: readonly Asked[],
  budgets: readonly ListedBudget[],
  rehearse: (budget: ZoneDisruptionBudget, asked: Asked) => string | undefined,
): Sorted {
  const settled = new Map<Eviction, Verdict>();
  const groups = new Map<
    string,
    { budget: ZoneDisruptionBudget; evictions: BudgetGroup['evictions'][number][] }
  >();
  const guarded = budgets.some((listed) => listed.kind === 'unreadable' || !listed.budget.spec.dryRun);
  for (const each of asked) {
    const { enforced, rehearsals, unreadable } = budgetsOf(each.pod, budgets);
    const verdict = beforeBudgets(each, enforced, { unreadable, guarded });
    const [budget] = enforced;
    if (verdict) settled.set(each.eviction, withRehearsals(verdict, each, rehearsals, rehearse));
    else if (!budget)
      settled.set(each.eviction, withRehearsals(allowed('no-budget'), each, rehearsals, rehearse));
    else {
      const { name } = budget.metadata;
      const group = groups.get(name) ?? { budget, evictions: [] };
      groups.set(name, group);
      group.evictions.push({ ...each, rehearsals });
    }
  }
  return { settled, groups: [...groups.values()] };
}

/** What one budget says, and what has to be written before it is said. */
export interface Ruling {
  verdicts: ReadonlyMap<Eviction, Verdict>;
  next: BudgetStatus | undefined;
}

/**
 * Decides about the evictions of one budget. Dry runs get the verdict that they would get alone, and reserve nothing.
 *
 * @param local what this replica's own cache shows
 */
export function rule(group: BudgetGroup, local: BudgetObservation | undefined, at: Circumstances): Ruling {
  const { budget, evictions } = group;
  const { name } = budget.metadata;
  const request = (asked: Asked) => requestFor(asked, at);
  const real = evictions.filter(({ eviction }) => !eviction.dryRun);
  const admission = admit(budget, real.map(request), local, at.nowMs);
  const verdicts = new Map<Eviction, Verdict>();
  real.forEach(({ eviction }, index) => {
    const decision = admission.decisions[index];
    if (decision) verdicts.set(eviction, ofDecision(decision, name));
  });
  for (const each of evictions) {
    if (!each.eviction.dryRun) continue;
    const [decision] = admit(budget, [request(each)], local, at.nowMs).decisions;
    if (decision) verdicts.set(each.eviction, ofDecision(decision, name));
  }
  return { verdicts, next: admission.next };
}

/** Adds to an admission what budgets with spec.dryRun would have said. */
export function withRehearsals(
  verdict: Verdict,
  asked: Asked,
  rehearsals: readonly ZoneDisruptionBudget[],
  rehearse: (budget: ZoneDisruptionBudget, asked: Asked) => string | undefined,
): Verdict {
  if (verdict.kind !== 'allow') return verdict;
  const warnings = rehearsals.flatMap((budget) => rehearse(budget, asked) ?? []);
  return { ...verdict, warnings: [...verdict.warnings, ...warnings] };
}

/** @returns what a budget with spec.dryRun would have denied, as a sentence */
export function rehearsalWarning(
  budget: ZoneDisruptionBudget,
  asked: Asked,
  local: BudgetObservation | undefined,
  at: Circumstances,
): string | undefined {
  const [decision] = admit(budget, [requestFor(asked, at)], local, at.nowMs).decisions;
  if (decision?.kind !== 'deny') return undefined;
  return `budget ${budget.metadata.name} (dryRun) would have denied this: ${decision.reason}`;
}

function requestFor({ eviction, pod }: Asked, { zoneOfNode, ownerOf }: Circumstances): AdmissionRequest {
  return {
    name: eviction.name,
    pod: pod && podRead(pod, zoneOfNode),
    preconditionUid: eviction.precondition.uid,
    owner: pod && ownerOf(pod),
    reserveOnly: eviction.reserveOnly === 'yes',
  };
}

function budgetsOf(pod: PodRecord | undefined, budgets: readonly ListedBudget[]) {
  const enforced: ZoneDisruptionBudget[] = [];
  const rehearsals: ZoneDisruptionBudget[] = [];
  let unreadable: string | undefined;
  for (const listed of budgets) {
    if (listed.kind === 'unreadable') {
      unreadable = listed.name;
      continue;
    }
    const { budget } = listed;
    const covered = pod ? coverage(budget.spec, pod.labels) : 'not-covered';
    if (covered === 'undecidable' && !budget.spec.dryRun) unreadable = listed.name;
    if (covered === 'covered') (budget.spec.dryRun ? rehearsals : enforced).push(budget);
  }
  return { enforced, rehearsals, unreadable };
}

/** Verdicts that no count can change. */
function beforeBudgets(
  { eviction, pod }: Asked,
  enforced: readonly ZoneDisruptionBudget[],
  { unreadable, guarded }: { unreadable: string | undefined; guarded: boolean },
): Verdict | undefined {
  const { uid, resourceVersion } = eviction.precondition;
  if (!pod) return gone(eviction.name);
  // L6: by the time the API server evicts, the name may belong to another pod.
  if (uid === undefined && guarded) return unbound(pod.name);
  if (pod.terminating) return allowed('terminating');
  if (pod.terminal) return allowed('terminal');
  if (uid !== undefined && uid !== pod.uid) return allowed('other-pod');
  if (unreadable !== undefined) {
    return tryAgain(
      'invalid-budget',
      `${pod.name} cannot be evicted: budget ${unreadable} cannot be read, and it may cover the pod; correct it`,
    );
  }
  if (enforced.length > 1)
    return twoBudgets(
      pod.name,
      enforced.map(({ metadata }) => metadata.name),
    );
  if (enforced.length === 1 && eviction.reserveOnly === 'no' && !isBound(pod, resourceVersion)) {
    // The API server would answer 409, which ends a drain; 429 makes it ask again.
    return tryAgain('pod-changed', `${pod.name} has just changed; try again`);
  }
  return undefined;
}

/**
 * Whether nobody can be evicted but the pod that was read. An unready pod goes without a reservation, so its eviction
 * has to fail once it is Ready: without its version, which `/bind` has added to what was unready then, it is not let go.
 */
function isBound(pod: PodRecord, resourceVersion: string | undefined): boolean {
  return resourceVersion === undefined ? pod.available : resourceVersion === pod.resourceVersion;
}
