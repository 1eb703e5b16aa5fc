/** What this replica knows of a budget beside the budget itself. */
import type { BudgetProblem } from '../../shared/budget/decide/decide.ts';
import { withoutTrust } from '../../shared/budget/decide/ledger.ts';
import { distrust } from '../../shared/budget/decide/trust.ts';
import type {
  BudgetObservation,
  BudgetStatus,
  ZoneDisruptionBudget,
} from '../../shared/budget/decide/types.ts';
import { settlingProblem } from '../../shared/budget/decide/view.ts';
import { type Clock, settledWithin } from '../../shared/clock.ts';
import { compareResourceVersions } from '../../shared/kube/resource-version.ts';
import type { ClusterView } from '../cluster/caches.ts';
import { unconfirmed } from '../cluster/unheard.ts';

export interface Standpoint {
  /** What its own caches show: it may only tighten (L1). */
  local: BudgetObservation | undefined;
  /** Why it relies neither on the counts nor on itself (L7). */
  doubt: BudgetProblem | undefined;
  /** The status for all replicas to see that nothing must be admitted by it, where only this one knows. */
  mark(nowMs: number): BudgetStatus | undefined;
}

export type KnownCluster = Pick<ClusterView, 'observe' | 'memory'> & {
  scales: Pick<ClusterView['scales'], 'refresh'>;
  freshness: Pick<ClusterView['freshness'], 'doubt'>;
};

export function knownOf(
  budget: ZoneDisruptionBudget,
  { observe, memory, freshness }: KnownCluster,
): Standpoint {
  const observed = observe(budget);
  const heardOfNothing = freshness.doubt();
  const isDistrusted = memory.distrustedSinceMs(budget) !== undefined;
  return {
    local: observed.kind === 'observed' ? observed.observation : undefined,
    doubt: isDistrusted ? settlingProblem(budget) : heardOfNothing && unconfirmed(heardOfNothing),
    mark: (nowMs) =>
      isDistrusted && distrust(budget) === undefined
        ? withoutTrust(budget, nowMs, memory.revision(budget))
        : undefined,
  };
}

/** All evictions of the namespace wait for it, and what it tells may only tighten (L1). */
export const SCALE_PATIENCE_MS = 300;

/** The same; scales that are not known are read first, unless that takes long. */
export async function standpointOn(
  budget: ZoneDisruptionBudget,
  cluster: KnownCluster,
  clock: Clock,
): Promise<Standpoint> {
  const observed = cluster.observe(budget);
  if (observed.kind === 'ask') {
    await settledWithin(clock, SCALE_PATIENCE_MS, cluster.scales.refresh(observed.refs));
  }
  return knownOf(budget, cluster);
}

/**
 * Whether the counts name a version of pods that the API server has yet to reach: they are of another history (L7).
 *
 * @param listVersion of the list of budgets; versions of two resources are compared, which one etcd makes meaningful
 * @param podsVersion asks for that of the pods, where the first comparison says so
 */
export async function isAheadOf(
  { status }: ZoneDisruptionBudget,
  listVersion: string,
  podsVersion: () => Promise<string>,
): Promise<boolean> {
  const { pods } = status.versions;
  if (pods === undefined || listVersion === '' || compareResourceVersions(pods, listVersion) <= 0)
    return false;
  return compareResourceVersions(pods, await podsVersion()) > 0;
}
