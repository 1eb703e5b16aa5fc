import type { ZoneDisruptionBudget } from '../../shared/budget/decide/types.ts';
import { type Clock, delay } from '../../shared/clock.ts';
import type { Kube } from '../../shared/kube/kube.ts';
import { listBudgets, writeStatus } from '../budgets/store.ts';
import type { ClusterView } from '../cluster/caches.ts';
import { podsVersion } from '../cluster/read-pod.ts';
import { type Log, messageOf } from '../telemetry/log.ts';
import { type Batches, createBatches } from './batches.ts';
import { createPodReads, type PodReads } from './pod-reads.ts';
import type { Eviction } from './review.ts';
import {
  type Asked,
  type BudgetGroup,
  type RoundContext,
  rehearsalWarning,
  rule,
  sortByBudget,
  withRehearsals,
} from './round.ts';
import { isAheadOf, type KnownCluster, knownOf, standpointOn } from './standpoint.ts';
import { allowed, invalidReservation, reservation, tryAgain, type Verdict } from './verdict.ts';

/** Receives what admission reports to metrics and events. */
export interface AdmissionWitness {
  /** The number of evictions decided in one batch for a budget. */
  batch(size: number): void;
  /** A write that lost to a concurrent one (409). */
  conflict(): void;
}

export interface AdmitterDeps {
  kube: Kube;
  clock: Clock;
  random: () => number;
  cluster: Pick<ClusterView, 'ownerOf' | 'zoneOfNode'> & KnownCluster;
  witness: AdmissionWitness;
  log: Log;
}

export interface Admitter {
  /** Decides one eviction; never rejects. A verdict after `deadlineMs`, on the monotonic clock, is useless. */
  admit(eviction: Eviction, deadlineMs: number): Promise<Verdict>;
}

/**
 * The deadline normally comes first, unless the API server answers immediately and every write loses to a concurrent
 * one.
 */
const MAX_TRIES = 100;
/** About the time between reading a budget and writing it. */
const BACKOFF_MS = 10;

interface Waiting {
  eviction: Eviction;
  deadlineMs: number;
  answer: (verdict: Verdict) => void;
}

/** Decides evictions from the budgets in the API server. All reads are consistent. */
export function createAdmitter(deps: AdmitterDeps): Admitter {
  const { kube, clock, random, cluster, witness, log } = deps;
  const batches: Batches<Waiting> = createBatches({
    run: decideAll,
    onFailure: (_, items, error) => {
      for (const { eviction, answer } of items) answer(unreachable(eviction, error));
    },
  });
  const at = (): RoundContext => ({
    zoneOfNode: cluster.zoneOfNode,
    ownerOf: cluster.ownerOf,
    nowMs: clock.nowMs() + kube.clockSkewMs,
  });

  async function decideAll(namespace: string, items: readonly Waiting[]): Promise<void> {
    const reads = createPodReads(kube, namespace);
    let open = items;
    for (let tries = 1; open.length > 0; tries += 1) {
      open = open.filter((waiting) => isInTime(waiting));
      const deadlineMs = Math.max(0, ...open.map((waiting) => waiting.deadlineMs));
      try {
        open = await tryOnce(namespace, open, reads, deadlineMs - clock.monotonicMs());
      } catch (error) {
        log.warn({ namespace, error: messageOf(error) }, 'evictions could not be decided');
        for (const { eviction, answer } of open) answer(unreachable(eviction, error));
        return;
      }
      if (open.length === 0) return;
      if (tries >= MAX_TRIES) {
        for (const { eviction, answer } of open) answer(storm(eviction));
        return;
      }
      await delay(clock, BACKOFF_MS * random());
      reads.forget();
    }
  }

  function isInTime({ eviction, deadlineMs, answer }: Waiting): boolean {
    if (clock.monotonicMs() < deadlineMs) return true;
    answer(storm(eviction));
    return false;
  }

  /** @returns the evictions to decide again, because a concurrent write changed their budget */
  async function tryOnce(
    namespace: string,
    items: readonly Waiting[],
    reads: PodReads,
    timeoutMs: number,
  ): Promise<readonly Waiting[]> {
    if (items.length === 0) return [];
    let { budgets, resourceVersion } = await listBudgets(kube, namespace, timeoutMs);
    if (budgets.length === 0) {
      for (const { answer } of items) answer(allowed('no-budget'));
      return [];
    }
    const evictions = items.map(({ eviction }) => eviction);
    const { listed } = await reads.read(evictions, budgets, timeoutMs);
    // A write succeeds only if no other write follows this read of the budgets, so they are read last.
    if (listed) ({ budgets, resourceVersion } = await listBudgets(kube, namespace, timeoutMs));
    for (const read of budgets) {
      if (read.kind !== 'budget') continue;
      cluster.memory.see(read.budget, clock.monotonicMs());
      if (await isAheadOf(read.budget, resourceVersion, () => podsVersion(kube, namespace, timeoutMs))) {
        cluster.memory.distrust(read.budget, clock.monotonicMs());
      }
    }
    const { settled, groups } = sortByBudget(reads.asked(evictions), budgets, rehearse);
    for (const { eviction, answer } of items) {
      const verdict = settled.get(eviction);
      if (verdict) answer(verdict);
    }
    const byEviction = new Map(items.map((waiting) => [waiting.eviction, waiting]));
    const left = await Promise.all(groups.map((group) => settle(group, byEviction, timeoutMs)));
    return left.flat();
  }

  /** Writes the budget's status before it returns the verdicts. */
  async function settle(
    group: BudgetGroup,
    waiting: ReadonlyMap<Eviction, Waiting>,
    timeoutMs: number,
  ): Promise<Waiting[]> {
    const { budget } = group;
    const standpoint = await standpointOn(budget, cluster, clock);
    const { verdicts, next } = rule(group, standpoint, at());
    if (next) {
      const written = await writeStatus(kube, budget, next, timeoutMs);
      if (written === undefined) {
        witness.conflict();
        return group.evictions.flatMap(({ eviction }) => waiting.get(eviction) ?? []);
      }
      cluster.memory.see(written, clock.monotonicMs());
    }
    witness.batch(group.evictions.length);
    for (const each of group.evictions) {
      const verdict = verdicts.get(each.eviction) ?? storm(each.eviction);
      waiting.get(each.eviction)?.answer(withRehearsals(verdict, each, each.rehearsals, rehearse));
    }
    return [];
  }

  function rehearse(budget: ZoneDisruptionBudget, asked: Asked): string | undefined {
    return rehearsalWarning(budget, asked, knownOf(budget, cluster), at());
  }

  return {
    admit: (eviction, deadlineMs) =>
      new Promise((resolve) => {
        if (eviction.reserveOnly === 'invalid') return resolve(invalidReservation());
        const cancel = clock.schedule(deadlineMs - clock.monotonicMs(), () => answer(late(eviction)));
        const answer = (verdict: Verdict) => {
          cancel();
          resolve(eviction.reserveOnly === 'yes' ? reservation(verdict, eviction.name) : verdict);
        };
        batches.add(eviction.namespace, { eviction, deadlineMs, answer });
      }),
  };
}

function storm({ name }: Eviction): Verdict {
  return tryAgain(
    'conflict',
    `${name} cannot be evicted now: too many evictions at the same time; try again`,
  );
}

function late({ name }: Eviction): Verdict {
  return tryAgain(
    'deadline',
    `${name} cannot be evicted now: its budget could not be decided in time; try again`,
  );
}

function unreachable({ name }: Eviction, error: unknown): Verdict {
  return tryAgain('unavailable', `${name} cannot be evicted now: ${messageOf(error)}; try again`);
}
