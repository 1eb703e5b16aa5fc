/** Counts one budget and writes its status, without getting in the way of evictions that arrive together. */

import type { ScaleRef } from '../../shared/budget/decide/owners.ts';
import { podRead } from '../../shared/budget/decide/pod-record.ts';
import { type Counting, failSync, reconcile } from '../../shared/budget/decide/reconcile.ts';
import { type ConsistentRead, LOOK_AGAIN_MS } from '../../shared/budget/decide/reservations.ts';
import { distrust } from '../../shared/budget/decide/trust.ts';
import type {
  BudgetObservation,
  BudgetStatus,
  ZoneDisruptionBudget,
} from '../../shared/budget/decide/types.ts';
import { SCALE_LIFETIME_MS } from '../../shared/budget/scales.ts';
import { type Clock, delay } from '../../shared/clock.ts';
import type { Kube } from '../../shared/kube/kube.ts';
import { fetchBudget, PrunedStatusError, writeStatus } from '../budgets/store.ts';
import type { ClusterView } from '../cluster/caches.ts';
import { fetchPod } from '../cluster/read-pod.ts';
import { unheard } from '../cluster/unheard.ts';
import type { Log } from '../telemetry/log.ts';
import { quietInMs } from './quiet.ts';
import { withZonesKnown } from './zone-condition.ts';

export interface CountDeps {
  kube: Kube;
  clock: Clock;
  cluster: Pick<ClusterView, 'observe' | 'scales' | 'zoneOfNode' | 'memory' | 'freshness'>;
  log: Log;
  /** How long after a change evictions that are not in the ledger may still be carried out (L7). */
  settleMs: number;
  /** False as soon as another replica may lead. */
  mayWrite(): boolean;
  /** By uid of the budget: when a part of its status was last pruned, on the monotonic clock. */
  pruned: Map<string, number>;
  /** Aborts waiting. */
  signal: AbortSignal;
}

export interface CountResult {
  /** When to count again if no change is seen, in ms from now; undefined for a deleted budget. */
  recheckInMs: number | undefined;
  /** Resources to list again by then, unless their caches have caught up. */
  behind: readonly string[];
}

/** Every budget is counted again after this time, even without a change (L9). */
export const LONGEST_RECHECK_MS = 60_000;

const TIMEOUT_MS = 5_000;
const MAX_TRIES = 10;
/** A watch that stays broken is reported in the budgets; a shorter interruption ends before a user reads of it. */
const TOLD_AFTER_MS = 30_000;

/**
 * Counts a budget until the stored status matches. Begins when no eviction was admitted for a moment.
 *
 * @param cached the budget from the watch; after a conflict it is read again
 * @throws ApiError, ConnectionError, the signal's reason
 */
export async function countBudget(deps: CountDeps, cached: ZoneDisruptionBudget): Promise<CountResult> {
  const { kube, clock, cluster, log } = deps;
  const sinceMs = clock.monotonicMs();
  const tryAgainMs = (deps.pruned.get(cached.metadata.uid) ?? Number.NEGATIVE_INFINITY) + LONGEST_RECHECK_MS;
  if (sinceMs < tryAgainMs) return { recheckInMs: tryAgainMs - sinceMs, behind: [] };
  let budget: ZoneDisruptionBudget | undefined = cached;
  for (let tries = 0; budget && tries < MAX_TRIES; tries += 1) {
    cluster.memory.see(budget, clock.monotonicMs());
    await waitForQuiet(deps, budget, sinceMs);
    const { next, ...result } = await recount(deps, budget);
    if (!next || !deps.mayWrite()) return result;
    const written = await writeStatus(kube, budget, next, TIMEOUT_MS).catch((error) =>
      tellPruned(deps, error),
    );
    if (written === 'pruned') return { recheckInMs: LONGEST_RECHECK_MS, behind: [] };
    if (written) {
      cluster.memory.see(written, clock.monotonicMs());
      return result;
    }
    log.debug({ budget: budget.metadata.name }, 'status was written concurrently by another client');
    budget = await fetchBudget(kube, budget.metadata, TIMEOUT_MS);
  }
  return { recheckInMs: budget && 0, behind: [] };
}

/** Reports in the budget that the API server does not store the ledger; the pruned status admits nothing. */
async function tellPruned(deps: CountDeps, error: unknown): Promise<'pruned'> {
  if (!(error instanceof PrunedStatusError)) throw error;
  const { stored, message } = error;
  deps.log.error({ budget: stored.metadata.name, error: message }, 'status cannot be stored');
  deps.pruned.set(stored.metadata.uid, deps.clock.monotonicMs());
  const next = failSync(stored, message, serverNowMs(deps));
  await writeStatus(deps.kube, stored, next, TIMEOUT_MS).catch((again) => {
    if (!(again instanceof PrunedStatusError)) throw again;
  });
  return 'pruned';
}

async function waitForQuiet(deps: CountDeps, budget: ZoneDisruptionBudget, sinceMs: number) {
  const { clock, cluster } = deps;
  const nowMs = clock.monotonicMs();
  const newestMs = budget.status.reservations.reduce<number | undefined>((newest, reservation) => {
    const atMs = cluster.memory.reservedSinceMs(budget, reservation) ?? nowMs;
    return newest === undefined ? atMs : Math.max(newest, atMs);
  }, undefined);
  const waitMs = quietInMs(newestMs === undefined ? undefined : nowMs - newestMs, nowMs - sinceMs);
  if (waitMs > 0) await delay(clock, waitMs, deps.signal);
}

interface Recount extends CountResult {
  /** Undefined if nothing has to be written. */
  next: BudgetStatus | undefined;
}

async function recount(deps: CountDeps, budget: ZoneDisruptionBudget): Promise<Recount> {
  const { cluster, clock } = deps;
  if (distrust(budget) === 'newer-protocol') return again(undefined);
  const doubt = cluster.freshness.doubt();
  if (doubt) {
    const isTold = doubt.forMs >= TOLD_AFTER_MS;
    return isTold ? failed(deps, budget, unheard(doubt)) : again(undefined, LOOK_AGAIN_MS);
  }
  let observed = cluster.observe(budget);
  const numbers = numbersToRead(observed);
  if (numbers.length > 0) {
    await cluster.scales.refresh(numbers);
    observed = cluster.observe(budget);
  }
  if (observed.kind !== 'observed') {
    return observed.kind === 'problem'
      ? failed(deps, budget, observed.reason, observed.behind)
      : failed(deps, budget, 'owners appeared while it was counted');
  }

  const { observation, polls } = observed;
  const at = (): Counting => countingOf(deps, budget, observation);
  let result = reconcile(budget, observation, [], at());
  if (result.kind === 'stale' && isOfAnotherHistory(deps, budget, result.behind)) {
    cluster.memory.distrust(budget, clock.monotonicMs());
    result = reconcile(budget, observation, [], at());
  }
  if (result.kind !== 'stale' && result.toRead.length > 0) {
    const reads = await readPods(deps, budget.metadata.namespace, result.toRead);
    result = reconcile(budget, observation, reads, at());
  }
  const longestMs = polls ? SCALE_LIFETIME_MS : LONGEST_RECHECK_MS;
  const recheckInMs = Math.min(result.recheckInMs ?? longestMs, longestMs);
  if (result.kind === 'stale') return { next: undefined, behind: result.behind, recheckInMs };
  const status = withZonesKnown(result.status, observation, serverNowMs(deps));
  const isNew = result.kind === 'write' || status !== result.status;
  return { next: isNew ? status : undefined, behind: result.behind, recheckInMs };
}

/** Replica counts that are unknown, or read before one of their pods ended (L3). */
function numbersToRead(observed: ReturnType<CountDeps['cluster']['observe']>): readonly ScaleRef[] {
  if (observed.kind === 'ask') return observed.refs;
  return observed.kind === 'observed' ? observed.observation.unconfirmed : [];
}

function countingOf(deps: CountDeps, budget: ZoneDisruptionBudget, observation: BudgetObservation): Counting {
  const { memory, freshness } = deps.cluster;
  return {
    nowMs: serverNowMs(deps),
    monotonicMs: deps.clock.monotonicMs(),
    sinceMs: (reservation) => memory.reservedSinceMs(budget, reservation),
    distrustedSinceMs: memory.distrustedSinceMs(budget),
    revision: memory.revision(budget),
    settleMs: deps.settleMs,
    listedAtMs: Math.min(...Object.keys(observation.versions).map(freshness.listedAtMs)),
  };
}

/** Whether the status names a version that a consistent list, begun after the status was written, has not reached. */
function isOfAnotherHistory(
  { cluster }: CountDeps,
  budget: ZoneDisruptionBudget,
  behind: readonly string[],
): boolean {
  const seenAtMs = cluster.memory.seenAtMs(budget);
  return seenAtMs !== undefined && behind.some((each) => cluster.freshness.listedAtMs(each) > seenAtMs);
}

/** Sets a condition with the reason why the pods cannot be counted. */
function failed(
  deps: CountDeps,
  budget: ZoneDisruptionBudget,
  reason: string,
  behind: readonly string[] = [],
): Recount {
  const next = failSync(budget, reason, serverNowMs(deps), deps.cluster.memory.revision(budget));
  const same = next.conditions === budget.status.conditions;
  const recheckInMs = behind.length > 0 ? LOOK_AGAIN_MS : SCALE_LIFETIME_MS;
  return { next: same ? undefined : next, recheckInMs, behind };
}

function again(next: undefined, recheckInMs = SCALE_LIFETIME_MS): Recount {
  return { next, recheckInMs, behind: [] };
}

function readPods(
  deps: CountDeps,
  namespace: string,
  reservations: readonly { pod: string }[],
): Promise<ConsistentRead[]> {
  return Promise.all(
    reservations.map(async ({ pod: name }) => {
      const startedAtMs = deps.clock.monotonicMs();
      const pod = await fetchPod(deps.kube, { namespace, name }, TIMEOUT_MS);
      return { name, pod: pod && podRead(pod, deps.cluster.zoneOfNode), startedAtMs };
    }),
  );
}

/** Conditions use the API server's time. */
function serverNowMs({ kube }: CountDeps): number {
  return kube.serverNowMs();
}
