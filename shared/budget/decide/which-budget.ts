/** Which budgets apply to the eviction of a pod, for `decideEvictions` and for drains. Pure. */
import { compareText } from '../../kube/zones.ts';
import { coverage } from './budget.ts';
import type { MalformedBudget, ReadBudget } from './read-budget.ts';
import type { ZoneDisruptionBudget } from './types.ts';

/** The budgets of a namespace that may apply to one of its pods; each list is sorted by name. */
export interface CoveringBudgets {
  /** They admit or deny. */
  enforced: readonly ZoneDisruptionBudget[];
  /** With spec.dryRun: they only warn. */
  rehearsals: readonly ZoneDisruptionBudget[];
  /** Unknown whether they cover the pod. */
  unreadable: readonly MalformedBudget[];
}

/** What decides about the eviction of a pod. */
export type Deciding =
  /** The pod no longer serves, or has no budget: no budget decides. */
  | { kind: 'nobody'; why: 'terminating' | 'terminal' | 'no-budget' }
  /** Denied: one of these may cover the pod. */
  | { kind: 'unreadable'; budgets: readonly MalformedBudget[] }
  /** Denied, as with two PodDisruptionBudgets, even if the pod is unready: it is undefined which policy applies. */
  | { kind: 'several'; budgets: readonly ZoneDisruptionBudget[] }
  | { kind: 'one'; budget: ZoneDisruptionBudget };

/** @param budgets of the pod's namespace */
export function budgetsCovering(
  labels: Readonly<Record<string, string>>,
  budgets: Iterable<ReadBudget>,
): CoveringBudgets {
  const enforced: ZoneDisruptionBudget[] = [];
  const rehearsals: ZoneDisruptionBudget[] = [];
  const unreadable: MalformedBudget[] = [];
  for (const read of budgets) {
    if (read.kind === 'malformed') {
      unreadable.push(read.malformed);
      continue;
    }
    const { metadata, spec } = read.budget;
    const covers = coverage(spec, labels);
    if (covers === 'covered') (spec.dryRun ? rehearsals : enforced).push(read.budget);
    if (covers === 'undecidable' && !spec.dryRun) {
      const { namespace, name } = metadata;
      unreadable.push({ namespace, name, reason: 'its selector has an unknown operator' });
    }
  }
  return {
    enforced: enforced.sort(byName),
    rehearsals: rehearsals.sort(byName),
    unreadable: unreadable.sort((a, b) => compareText(a.name, b.name)),
  };
}

/** Whether there are budgets that are enforced, or may be: then each eviction of the namespace must be bound (L6, L7). */
export function isGuarded(budgets: readonly ReadBudget[]): boolean {
  return budgets.some((read) => read.kind === 'malformed' || !read.budget.spec.dryRun);
}

/** What decides about the eviction of a pod with these budgets. */
export function whoDecides(
  { terminating, terminal }: { terminating: boolean; terminal: boolean },
  { enforced, unreadable }: Pick<CoveringBudgets, 'enforced' | 'unreadable'>,
): Deciding {
  if (terminating) return { kind: 'nobody', why: 'terminating' };
  if (terminal) return { kind: 'nobody', why: 'terminal' };
  if (unreadable.length > 0) return { kind: 'unreadable', budgets: unreadable };
  if (enforced.length > 1) return { kind: 'several', budgets: enforced };
  const [budget] = enforced;
  return budget ? { kind: 'one', budget } : { kind: 'nobody', why: 'no-budget' };
}

function byName(a: ZoneDisruptionBudget, b: ZoneDisruptionBudget): number {
  return compareText(a.metadata.name, b.metadata.name);
}
