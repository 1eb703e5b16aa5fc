/** What this replica knows about a budget in addition to the budget object. */
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
  /** From this replica's caches: may only make the decision stricter (L1). */
  local: BudgetObservation | undefined;
  /** Why this replica trusts neither the counts nor its own caches (L7). */
  doubt: BudgetProblem | undefined;
  /** The status that makes all replicas stop admitting, if so far only this replica knows that they must. */
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

/** All evictions of the namespace wait for this read, and it may only make the decision stricter (L1). */
export const SCALE_PATIENCE_MS = 300;

/** Like `knownOf`, but reads unknown scales first, within `SCALE_PATIENCE_MS`. */
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
 * Whether the counts name a pod version that the API server has not reached: they belong to another history (L7).
 *
 * @param listVersion of the list of budgets; comparing versions of two resources is meaningful with a single etcd
 * @param podsVersion reads the version of the pods, if the first comparison is not enough
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
