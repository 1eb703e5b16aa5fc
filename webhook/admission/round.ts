/** One attempt to decide evictions of a namespace that arrived together. */
import { type AdmissionRequest, admit, type OwnerView } from '../../shared/budget/decide/ledger.ts';
import { type PodRecord, podRead } from '../../shared/budget/decide/pod-record.ts';
import type { ReadBudget } from '../../shared/budget/decide/read-budget.ts';
import type { BudgetStatus, ZoneDisruptionBudget } from '../../shared/budget/decide/types.ts';
import { budgetsCovering, type Deciding, whoDecides } from '../../shared/budget/decide/which-budget.ts';
import type { ZoneOfNode } from '../../shared/kube/zones.ts';
import type { Eviction } from './review.ts';
import type { Standpoint } from './standpoint.ts';
import {
  allowed,
  gone,
  ofDecision,
  tryAgain,
  twoBudgets,
  unbound,
  unreadable,
  type Verdict,
} from './verdict.ts';

/** What a verdict depends on in addition to the budget and pods. */
export interface RoundContext {
  zoneOfNode: ZoneOfNode;
  ownerOf(pod: PodRecord): OwnerView | undefined;
  /** On the API server's clock. */
  nowMs: number;
}

/** An eviction with the consistent read of its pod. */
export interface Asked {
  eviction: Eviction;
  pod: PodRecord | undefined;
}

/** Evictions decided by one budget, in order of arrival. */
export interface BudgetGroup {
  budget: ZoneDisruptionBudget;
  /** `rehearsals`: the budgets with spec.dryRun that cover the eviction's pod. */
  evictions: readonly (Asked & { rehearsals: readonly ZoneDisruptionBudget[] })[];
}

export interface Sorted {
  /** Evictions that no budget needs to decide. */
  settled: ReadonlyMap<Eviction, Verdict>;
  groups: readonly BudgetGroup[];
}

/** Finds the budget of each eviction. */
export function sortByBudget(
  asked: readonly Asked[],
  budgets: readonly ReadBudget[],
  rehearse: (budget: ZoneDisruptionBudget, asked: Asked) => string | undefined,
): Sorted {
  const settled = new Map<Eviction, Verdict>();
  const groups = new Map<
    string,
    { budget: ZoneDisruptionBudget; evictions: BudgetGroup['evictions'][number][] }
  >();
  const guarded = budgets.some((read) => read.kind === 'malformed' || !read.budget.spec.dryRun);
  for (const each of asked) {
    const covering = budgetsCovering(each.pod?.labels ?? {}, each.pod ? budgets : []);
    const { rehearsals } = covering;
    const deciding = each.pod && whoDecides(each.pod, covering);
    const verdict = beforeCounts(each, deciding, guarded);
    if (verdict) {
      settled.set(each.eviction, withRehearsals(verdict, each, rehearsals, rehearse));
    } else if (deciding?.kind === 'one') {
      const { budget } = deciding;
      const { name } = budget.metadata;
      const group = groups.get(name) ?? { budget, evictions: [] };
      groups.set(name, group);
      group.evictions.push({ ...each, rehearsals });
    }
  }
  return { settled, groups: [...groups.values()] };
}

/** The verdicts of one budget, and the status to write before they are returned. */
export interface Ruling {
  verdicts: ReadonlyMap<Eviction, Verdict>;
  next: BudgetStatus | undefined;
}

/** Decides the evictions of one budget. Dry runs get the verdict that they would get alone, and reserve nothing. */
export function rule(group: BudgetGroup, { local, doubt, mark }: Standpoint, at: RoundContext): Ruling {
  const { evictions } = group;
  const { name } = group.budget.metadata;
  const request = (asked: Asked) => requestFor(asked, at);
  const real = evictions.filter(({ eviction }) => !eviction.dryRun);
  const marked = real.length > 0 ? mark(at.nowMs) : undefined;
  const budget = marked ? { ...group.budget, status: marked } : group.budget;
  const admission = admit(budget, real.map(request), local, at.nowMs, doubt);
  const verdicts = new Map<Eviction, Verdict>();
  real.forEach(({ eviction }, index) => {
    const decision = admission.decisions[index];
    if (decision) verdicts.set(eviction, ofDecision(decision, name));
  });
  for (const each of evictions) {
    if (!each.eviction.dryRun) continue;
    const [decision] = admit(budget, [request(each)], local, at.nowMs, doubt).decisions;
    if (decision) verdicts.set(each.eviction, ofDecision(decision, name));
  }
  return { verdicts, next: admission.next ?? marked };
}

/** Adds warnings from budgets with spec.dryRun to an admission. */
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

/** @returns a warning that a budget with spec.dryRun would have denied the eviction */
export function rehearsalWarning(
  budget: ZoneDisruptionBudget,
  asked: Asked,
  { local, doubt }: Standpoint,
  at: RoundContext,
): string | undefined {
  const [decision] = admit(budget, [requestFor(asked, at)], local, at.nowMs, doubt).decisions;
  if (decision?.kind !== 'deny') return undefined;
  return `budget ${budget.metadata.name} (dryRun) would have denied this: ${decision.reason}`;
}

function requestFor({ eviction, pod }: Asked, { zoneOfNode, ownerOf }: RoundContext): AdmissionRequest {
  return {
    name: eviction.name,
    pod: pod && podRead(pod, zoneOfNode),
    preconditionUid: eviction.precondition.uid,
    owner: pod && ownerOf(pod),
    reserveOnly: eviction.reserveOnly === 'yes',
  };
}

/** Verdicts that do not depend on counts; undefined if one budget decides. */
function beforeCounts(
  { eviction, pod }: Asked,
  deciding: Deciding | undefined,
  guarded: boolean,
): Verdict | undefined {
  const { uid, resourceVersion } = eviction.precondition;
  if (!pod || !deciding) return gone(eviction.name);
  // L6: when the API server evicts, the name may belong to another pod.
  if (uid === undefined && guarded) return unbound(pod.name);
  if (deciding.kind === 'nobody' && deciding.why !== 'no-budget') return allowed(deciding.why);
  if (uid !== undefined && uid !== pod.uid) return allowed('other-pod');
  switch (deciding.kind) {
    case 'nobody':
      // A budget may cover it when the API server evicts, and nothing is reserved for it (L7).
      return guarded && eviction.reserveOnly === 'no' && resourceVersion !== pod.resourceVersion
        ? changed(
            resourceVersion === undefined
              ? `the labels of ${pod.name} or its budgets have`
              : `${pod.name} has`,
          )
        : allowed(deciding.why);
    case 'unreadable':
      return unreadable(pod.name, deciding.budgets);
    case 'several':
      return twoBudgets(
        pod.name,
        deciding.budgets.map(({ metadata }) => metadata.name),
      );
    case 'one':
      return eviction.reserveOnly !== 'no' || isBound(pod, resourceVersion)
        ? undefined
        : changed(`${pod.name} has`);
  }
}

/** The API server would return 409, which ends a drain; 429 is retried. */
function changed(who: string): Verdict {
  return tryAgain('pod-changed', `${who} just changed; try again`);
}

/**
 * Whether only the pod that was read can be evicted. An unready pod is admitted without a reservation, so its eviction
 * must fail once the pod is Ready: it is denied unless bound to the resourceVersion, which `/bind` adds for pods that
 * are unready.
 */
function isBound(pod: PodRecord, resourceVersion: string | undefined): boolean {
  return resourceVersion === undefined ? pod.available : resourceVersion === pod.resourceVersion;
}
