import type { ConsistentRead } from '../../../../shared/budget/reservations.ts';
import type { BudgetStatus, ZoneDisruptionBudget } from '../../../../shared/budget/types.ts';
import type { ApiServer } from './api-server.ts';
import { LaggingCache } from './cache.ts';
import type { Protocol } from './protocol.ts';
import type { Pick } from './random.ts';

/**
 * Counts the pods into the status. The model always runs two: one of them leads, and the other is a leader that has not
 * noticed that it was deposed.
 */
export class Reconciler {
  readonly cache: LaggingCache;
  private readonly api: ApiServer;
  private readonly protocol: Protocol;
  private budget: ZoneDisruptionBudget | undefined;
  private toRead: readonly { pod: string }[] = [];
  private reads: ConsistentRead[] = [];
  private next: BudgetStatus | undefined;

  constructor(world: { api: ApiServer; protocol: Protocol }) {
    this.api = world.api;
    this.protocol = world.protocol;
    this.cache = new LaggingCache(world.api);
  }

  /** One exchange with the API server; anything may happen before the next. */
  step(nowMs: number): void {
    if (!this.budget) {
      this.budget = this.api.budget;
    } else if (this.toRead.length > 0) {
      for (const { pod: name } of this.toRead)
        this.reads.push({ name, pod: this.api.pods.get(name), startedAtMs: nowMs });
      this.toRead = [];
      this.budget = undefined;
    } else if (!this.next) {
      this.decide(this.budget, nowMs);
    } else {
      this.api.writeStatus(this.budget, this.next);
      this.budget = undefined;
      this.next = undefined;
    }
  }

  restart(pick: Pick): void {
    this.budget = undefined;
    this.next = undefined;
    this.toRead = [];
    this.reads = [];
    this.cache.restart(pick);
  }

  /** Reads a pod although nothing asked for it, as a process that keeps what it read would have. */
  readAhead(name: string, nowMs: number): void {
    this.reads.push({ name, pod: this.api.pods.get(name), startedAtMs: nowMs });
  }

  private decide(budget: ZoneDisruptionBudget, nowMs: number): void {
    const result = this.protocol.reconcile(budget, this.cache.observe(), this.reads, nowMs);
    if (result.kind === 'write') this.next = result.status;
    else if (result.kind === 'unchanged' && result.toRead.length > 0) this.toRead = result.toRead;
    else this.budget = undefined;
    if (this.reads.length > 8) this.reads = [];
  }
}
