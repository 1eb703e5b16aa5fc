/** What this replica knows about budgets in addition to the budget objects. */
import type { LocalView } from '../../shared/budget/decide/admit.ts';
import { withoutTrust } from '../../shared/budget/decide/reconcile.ts';
import { distrust } from '../../shared/budget/decide/trust.ts';
import type { ZoneDisruptionBudget } from '../../shared/budget/decide/types.ts';
import { settlingProblem } from '../../shared/budget/decide/view.ts';
import { type Clock, settledWithin } from '../../shared/clock.ts';
import { compareResourceVersions } from '../../shared/kube/resource-version.ts';
import type { ClusterView } from '../cluster/caches.ts';
import { unconfirmed } from '../cluster/unheard.ts';

export type KnownCluster = Pick<ClusterView, 'observe' | 'memory'> & {
  scales: Pick<ClusterView['scales'], 'refresh'>;
  freshness: Pick<ClusterView['freshness'], 'doubt'>;
};

/** @param nowMs by the API server's clock */
export function localViewOf(
  budget: ZoneDisruptionBudget,
  { observe, memory, freshness }: KnownCluster,
  nowMs: number,
): LocalView {
  const observed = observe(budget);
  const heardOfNothing = freshness.doubt();
  const isDistrusted = memory.distrustedSinceMs(budget) !== undefined;
  return {
    observation: observed.kind === 'observed' ? observed.observation : undefined,
    uncountable: observed.kind === 'problem' ? observed.reason : undefined,
    doubt: isDistrusted ? settlingProblem(budget) : heardOfNothing && unconfirmed(heardOfNothing),
    marked:
      isDistrusted && distrust(budget) === undefined
        ? withoutTrust(budget, nowMs, memory.revision(budget))
        : undefined,
  };
}

/** All evictions of the namespace wait for this read, and it may only make the decision stricter (L1). */
export const SCALE_PATIENCE_MS = 300;

/** Reads the scales that these budgets need and that are not known, within `SCALE_PATIENCE_MS`. */
export async function readScales(
  budgets: Iterable<ZoneDisruptionBudget>,
  { observe, scales }: Pick<KnownCluster, 'observe' | 'scales'>,
  clock: Clock,
): Promise<void> {
  const refs = [...budgets].flatMap((budget) => {
    const observed = observe(budget);
    return observed.kind === 'ask' ? observed.refs : [];
  });
  if (refs.length > 0) await settledWithin(clock, SCALE_PATIENCE_MS, scales.refresh(refs));
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
