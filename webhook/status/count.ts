/** Counts one budget and writes what came of it, out of the way of evictions that come together. */
import { failSync, reconcile } from '../../shared/budget/ledger.ts';
import { podRead } from '../../shared/budget/pod-record.ts';
import type { ConsistentRead } from '../../shared/budget/reservations.ts';
import type { BudgetStatus, ZoneDisruptionBudget } from '../../shared/budget/types.ts';
import { type Clock, delay } from '../../shared/clock.ts';
import type { Kube } from '../../shared/kube/kube.ts';
import { fetchBudget, writeStatus } from '../budgets/store.ts';
import type { ClusterView } from '../cluster/caches.ts';
import { fetchPod } from '../cluster/read-pod.ts';
import { SCALE_LIFETIME_MS } from '../cluster/scales.ts';
import type { Log } from '../log.ts';
import { quietInMs } from './quiet.ts';
import { withZonesKnown } from './zone-condition.ts';

export interface CountDeps {
  kube: Kube;
  clock: Clock;
  cluster: Pick<ClusterView, 'observe' | 'scales' | 'zoneOfNode'>;
  log: Log;
  /** False as soon as another replica may lead. */
  mayWrite(): boolean;
  /** Ends waiting. */
  signal: AbortSignal;
}

/** When to count again although nothing was seen to change, in ms from now; undefined for never. */
export type RecheckInMs = number | undefined;

const TIMEOUT_MS = 5_000;
const MAX_TRIES = 10;

/**
 * Counts a budget until what is stored says the same. Begins when no eviction was admitted for a moment.
 *
 * @param cached the budget as the watch shows it; after a conflict it is read again
 * @throws ApiError, ConnectionError, the signal's reason
 */
export async function countBudget(deps: CountDeps, cached: ZoneDisruptionBudget): Promise<RecheckInMs> {
  const { kube, log } = deps;
  const sinceMs = serverNowMs(deps);
  let budget: ZoneDisruptionBudget | undefined = cached;
  for (let tries = 0; budget && tries < MAX_TRIES; tries += 1) {
    await waitForQuiet(deps, budget, sinceMs);
    const { next, recheckInMs } = await recount(deps, budget);
    if (!next || !deps.mayWrite()) return recheckInMs;
    const written: ZoneDisruptionBudget | undefined = await writeStatus(kube, budget, next, TIMEOUT_MS);
    if (written) return recheckInMs;
    log.debug({ budget: budget.metadata.name }, 'status was written by somebody else first');
    budget = await fetchBudget(kube, budget.metadata, TIMEOUT_MS);
  }
  return budget && 0;
}

async function waitForQuiet(deps: CountDeps, { status }: ZoneDisruptionBudget, sinceMs: number) {
  const waitMs = quietInMs(status.reservations, sinceMs, serverNowMs(deps));
  if (waitMs > 0) await delay(deps.clock, waitMs, deps.signal);
}

interface Recount {
  /** Undefined when nothing has to be written. */
  next: BudgetStatus | undefined;
  recheckInMs: RecheckInMs;
}

async function recount(deps: CountDeps, budget: ZoneDisruptionBudget): Promise<Recount> {
  const { cluster } = deps;
  let observed = cluster.observe(budget);
  if (observed.kind === 'ask') {
    await cluster.scales.refresh(observed.refs);
    observed = cluster.observe(budget);
  }
  const nowMs = serverNowMs(deps);
  if (observed.kind !== 'observed') {
    const reason = observed.kind === 'problem' ? observed.reason : 'owners appeared while it was counted';
    const next = failSync(budget, reason, nowMs);
    const same = next.conditions === budget.status.conditions;
    return { next: same ? undefined : next, recheckInMs: SCALE_LIFETIME_MS };
  }

  const { observation, polls } = observed;
  let result = reconcile(budget, observation, [], nowMs);
  if (result.kind !== 'stale' && result.toRead.length > 0) {
    const reads = await readPods(deps, budget.metadata.namespace, result.toRead);
    result = reconcile(budget, observation, reads, serverNowMs(deps));
  }
  // The cache will get there, and that is a change which counts again.
  if (result.kind === 'stale') return { next: undefined, recheckInMs: undefined };
  const status = withZonesKnown(result.status, observation, nowMs);
  const isNew = result.kind === 'write' || status !== result.status;
  const recheckAtMs =
    result.recheckAtMs ?? (result.toRead.length > 0 ? nowMs + SCALE_LIFETIME_MS : undefined);
  const waits = [
    ...(recheckAtMs === undefined ? [] : [Math.max(0, recheckAtMs - nowMs)]),
    ...(polls ? [SCALE_LIFETIME_MS] : []),
  ];
  return { next: isNew ? status : undefined, recheckInMs: waits.length > 0 ? Math.min(...waits) : undefined };
}

function readPods(
  deps: CountDeps,
  namespace: string,
  reservations: readonly { pod: string }[],
): Promise<ConsistentRead[]> {
  return Promise.all(
    reservations.map(async ({ pod: name }) => {
      const startedAtMs = serverNowMs(deps);
      const pod = await fetchPod(deps.kube, { namespace, name }, TIMEOUT_MS);
      return { name, pod: pod && podRead(pod, deps.cluster.zoneOfNode), startedAtMs };
    }),
  );
}

/** Reservations are compared with the time that the API server has. */
function serverNowMs({ clock, kube }: CountDeps): number {
  return clock.nowMs() + kube.clockSkewMs;
}
