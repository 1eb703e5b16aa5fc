import {
  type AskedEviction,
  type BudgetRulings,
  decideEvictions,
  type EvictionRuling,
} from '../../shared/budget/decide/evictions.ts';
import type { ReadBudget } from '../../shared/budget/decide/read-budget.ts';
import { budgetsCovering } from '../../shared/budget/decide/which-budget.ts';
import { type Clock, delay } from '../../shared/clock.ts';
import type { Kube } from '../../shared/kube/kube.ts';
import { listBudgets, writeStatus } from '../budgets/store.ts';
import type { ClusterView } from '../cluster/caches.ts';
import { podsVersion } from '../cluster/read-pod.ts';
import { type Log, messageOf } from '../telemetry/log.ts';
import { type Batches, createBatches } from './batches.ts';
import { isAheadOf, type KnownCluster, localViewOf, readScales } from './local-view.ts';
import { createPodReads, type PodReads } from './pod-reads.ts';
import type { Eviction } from './review.ts';
import { allowed, invalidReservation, reservation, tryAgain, type Verdict, verdictOf } from './verdict.ts';

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
    const seen = await readBudgetsAndPods(namespace, items, reads, timeoutMs);
    if (!seen) {
      for (const { answer } of items) answer(allowed('no-budget'));
      return [];
    }
    const { asked, budgets } = seen;
    const covering = asked.flatMap(({ pod }) => (pod ? budgetsCovering(pod.labels, budgets).enforced : []));
    await readScales(new Set(covering), cluster, clock);
    const nowMs = kube.serverNowMs();
    const { settled, byBudget } = decideEvictions(asked, {
      budgets,
      localViewOf: (budget) => localViewOf(budget, cluster, nowMs),
      zoneOfNode: cluster.zoneOfNode,
      ownerOf: cluster.ownerOf,
      nowMs,
    });
    answerAll(settled);
    const left = await Promise.all(byBudget.map((rulings) => writeAndAnswer(rulings, timeoutMs)));
    return left.flat();
  }

  /** @returns undefined if the namespace has no budgets */
  async function readBudgetsAndPods(
    namespace: string,
    items: readonly Waiting[],
    reads: PodReads,
    timeoutMs: number,
  ): Promise<{ budgets: readonly ReadBudget[]; asked: readonly Asked[] } | undefined> {
    let { budgets, resourceVersion } = await listBudgets(kube, namespace, timeoutMs);
    if (budgets.length === 0) return undefined;
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
    return { budgets, asked: items.map((waiting) => askedOf(waiting, reads)) };
  }

  /**
   * Writes the budget's status before it returns the verdicts.
   *
   * @returns the evictions to decide again, because a concurrent write came first
   */
  async function writeAndAnswer(
    { budget, rulings, next }: BudgetRulings<Asked>,
    timeoutMs: number,
  ): Promise<Waiting[]> {
    if (next) {
      const written = await writeStatus(kube, budget, next, timeoutMs);
      if (written === undefined) {
        witness.conflict();
        return [...rulings.keys()].map(({ waiting }) => waiting);
      }
      cluster.memory.see(written, clock.monotonicMs());
    }
    witness.batch(rulings.size);
    answerAll(rulings);
    return [];
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

interface Asked extends AskedEviction {
  waiting: Waiting;
}

function askedOf(waiting: Waiting, reads: PodReads): Asked {
  const { eviction } = waiting;
  const { name, dryRun, precondition, reserveOnly } = eviction;
  const pod = reads.podOf(eviction);
  return { waiting, name, pod, binding: precondition, dryRun, reserveOnly: reserveOnly === 'yes' };
}

function answerAll(rulings: ReadonlyMap<Asked, EvictionRuling>): void {
  for (const [{ waiting }, ruling] of rulings) waiting.answer(verdictOf(ruling));
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
