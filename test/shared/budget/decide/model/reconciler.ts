import { type BudgetMemory, createBudgetMemory } from '../../../../../shared/budget/decide/memory.ts';
import type { Counting } from '../../../../../shared/budget/decide/reconcile.ts';
import { type ConsistentRead, LOOK_AGAIN_MS } from '../../../../../shared/budget/decide/reservations.ts';
import type { BudgetStatus, ZoneDisruptionBudget } from '../../../../../shared/budget/decide/types.ts';
import { type ApiServer, isGuarding } from './api-server.ts';
import { LaggingCache } from './cache.ts';
import type { Dialect } from './dialect.ts';
import type { Protocol } from './protocol.ts';
import type { Pick } from './random.ts';

/** As the webhook's --budget-settle-time. */
const SETTLE_MS = 75_000;
const LONGEST_RECHECK_MS = 60_000;

/**
 * Counts the pods into the status, as webhook/status/count.ts does. The model always runs two: one of them leads, and
 * the other is a leader that has not noticed that it was deposed.
 */
export class Reconciler {
  readonly cache: LaggingCache;
  private readonly api: ApiServer;
  private readonly protocol: Protocol;
  private readonly dialect: Dialect;
  private readonly wallAheadMs: () => number;
  private memory: BudgetMemory = createBudgetMemory();
  private budget: ZoneDisruptionBudget | undefined;
  private toRead: readonly { pod: string }[] = [];
  private reads: ConsistentRead[] = [];
  private next: BudgetStatus | undefined;
  private behind: readonly string[] = [];
  /** Whether the owner's number has been read for this count. */
  private hasConfirmed = false;
  /** When it looks again although nothing has changed. */
  dueAtMs = 0;

  constructor(world: { api: ApiServer; protocol: Protocol; dialect: Dialect; wallAheadMs: () => number }) {
    this.api = world.api;
    this.protocol = world.protocol;
    this.dialect = world.dialect;
    this.wallAheadMs = world.wallAheadMs;
    this.cache = new LaggingCache(world.api);
  }

  /** The watch of budgets brings what is stored now. */
  hear(): void {
    const { budget, nowMs } = this.api;
    if (budget && !this.cache.isSilent) this.memory.see(this.dialect.decode(budget), nowMs);
  }

  /** One exchange with the API server; anything may happen before the next. */
  step(): void {
    const { api } = this;
    if (!this.budget) {
      this.budget = api.budget && this.dialect.decode(api.budget);
      this.countedAt = this.budget?.metadata.resourceVersion;
      if (this.budget) this.memory.see(this.budget, api.nowMs);
    } else if (this.toRead.length > 0) {
      for (const { pod: name } of this.toRead)
        this.reads.push({ name, pod: api.pods.get(name), startedAtMs: api.nowMs });
      this.toRead = [];
      this.budget = undefined;
    } else if (!this.next) {
      this.decide(this.budget);
    } else {
      this.write(this.budget, this.next);
      this.budget = undefined;
      this.next = undefined;
    }
  }

  /** The version of the budget that was looked at last. */
  countedAt: string | undefined;

  get isIdle(): boolean {
    return this.budget === undefined && this.toRead.length === 0;
  }

  restart(pick: Pick): void {
    this.budget = undefined;
    this.next = undefined;
    this.toRead = [];
    this.reads = [];
    this.behind = [];
    this.hasConfirmed = false;
    this.dueAtMs = 0;
    this.memory = createBudgetMemory();
    this.cache.restart(pick);
  }

  /** Reads a pod although nothing asked for it, as a process that keeps what it read would have. */
  readAhead(name: string): void {
    this.reads.push({ name, pod: this.api.pods.get(name), startedAtMs: this.api.nowMs });
  }

  /** Time has come: what was behind at the last count, and is so still, is listed. */
  lookAgain(): void {
    if (this.protocol.readsAnew) for (const resource of this.behind) this.cache.list(resource);
    this.behind = [];
  }

  private write(budget: ZoneDisruptionBudget, next: BudgetStatus): void {
    const { api, dialect, memory } = this;
    if (!api.writeStatus(budget, dialect.encode(next)) || !api.budget) return;
    memory.see(dialect.decode(api.budget), api.nowMs);
  }

  private decide(budget: ZoneDisruptionBudget): void {
    const { api, cache, memory, protocol } = this;
    const { nowMs } = api;
    if (cache.isDoubted && protocol.doubts) {
      this.budget = undefined;
      this.schedule(LOOK_AGAIN_MS, []);
      return;
    }
    if (cache.asksFirst) {
      cache.readNumber();
      return;
    }
    const { reservations } = budget.status;
    const observation = isGuarding(budget) ? cache.observe(reservations) : cache.observeNothing();
    if (observation.unconfirmed.length > 0 && protocol.confirms && !this.hasConfirmed) {
      cache.readNumber();
      this.hasConfirmed = true;
      return;
    }
    this.hasConfirmed = false;
    const at = (): Counting => ({
      nowMs: nowMs + this.wallAheadMs(),
      monotonicMs: nowMs,
      sinceMs: (reservation) => memory.reservedSinceMs(budget, reservation),
      distrustedSinceMs: memory.distrustedSinceMs(budget),
      revision: memory.revision(budget),
      settleMs: SETTLE_MS,
      listedAtMs: cache.listedAtMs,
    });
    let result = protocol.reconcile(budget, observation, this.reads, at());
    const seenAtMs = memory.seenAtMs(budget) ?? nowMs;
    if (result.kind === 'stale' && result.behind.some((each) => cache.listedResourceAtMs(each) > seenAtMs)) {
      memory.distrust(budget, nowMs);
      result = protocol.reconcile(budget, observation, this.reads, at());
    }
    if (result.kind === 'write') this.next = result.status;
    else if (result.kind === 'unchanged' && result.toRead.length > 0) this.toRead = result.toRead;
    else this.budget = undefined;
    if (this.reads.length > 8) this.reads = [];
    this.schedule(result.recheckInMs, result.behind);
  }

  private schedule(recheckInMs: number | undefined, behind: readonly string[]): void {
    const longestMs = this.protocol.looksAgain ? LONGEST_RECHECK_MS : Number.POSITIVE_INFINITY;
    const waitMs = this.protocol.looksAgain ? (recheckInMs ?? longestMs) : longestMs;
    this.dueAtMs = this.api.nowMs + Math.min(waitMs, longestMs);
    this.behind = behind;
  }
}
