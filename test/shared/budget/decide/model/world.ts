/** An API server, two replicas of the webhook and whoever watches over both; nothing in it moves by itself. */
import { reconcile } from '../../../../../shared/budget/decide/reconcile.ts';
import type { ApiServer } from './api-server.ts';
import { LaggingCache } from './cache.ts';
import { type Dialect, PRESENT } from './dialect.ts';
import { isGivenUp, type Permit } from './eviction.ts';
import type { Protocol } from './protocol.ts';
import type { Pick } from './random.ts';
import { Reconciler } from './reconciler.ts';
import { Webhook } from './webhook.ts';
import { Witness } from './witness.ts';

export class World {
  readonly api: ApiServer;
  readonly witness: Witness;
  readonly webhooks: readonly [Webhook, Webhook];
  readonly reconcilers: readonly [Reconciler, Reconciler];
  protected readonly permits: Permit[] = [];
  protected readonly pick: Pick;
  protected readonly protocol: Protocol;
  /** How far the clocks of two API servers are ahead. */
  protected readonly wallAheadMs = [0, 0];

  /** @param second how the second replica reads and writes the status */
  constructor(api: ApiServer, protocol: Protocol, pick: Pick, second: Dialect = PRESENT) {
    this.api = api;
    this.protocol = protocol;
    this.pick = pick;
    this.witness = new Witness(api);
    const { witness, permits } = this;
    const replica = (index: number, dialect: Dialect) => ({
      api,
      witness,
      protocol,
      permits,
      pick,
      dialect,
      wallAheadMs: () => this.wallAheadMs[index] ?? 0,
    });
    this.webhooks = [new Webhook(replica(0, PRESENT)), new Webhook(replica(1, second))];
    this.reconcilers = [new Reconciler(replica(0, PRESENT)), new Reconciler(replica(1, second))];
    this.count();
    this.hear();
  }

  /** The watches of budgets bring what is stored now. */
  hear(): void {
    for (const replica of [...this.webhooks, ...this.reconcilers]) replica.hear();
  }

  /** The API server resumes an admitted eviction; `refused` where another budget says no. */
  carryOut(permit: Permit | undefined, refused: boolean): void {
    const { api, pick, witness } = this;
    if (!permit) return;
    const { eviction, precondition } = permit;
    const pod = api.pods.get(eviction.name);
    const possible =
      pod !== undefined &&
      !isGivenUp(eviction, api.nowMs) &&
      (precondition?.uid ?? pod.uid) === pod.uid &&
      (precondition?.resourceVersion ?? pod.resourceVersion) === pod.resourceVersion;
    if (!possible || refused) {
      witness.comesToNothing(eviction);
      return;
    }
    const serving = pod.available;
    if (!pod.terminating) api.delete(pod, pick);
    witness.carriesOut(pod, eviction, serving);
  }

  /** The budget has been counted once, and nothing is in flight. */
  private count(): void {
    const { api } = this;
    const { budget, nowMs } = api;
    if (!budget) return;
    const cache = new LaggingCache(api);
    if (cache.asksFirst) cache.readNumber();
    const result = reconcile(budget, cache.observe([]), [], {
      nowMs,
      monotonicMs: nowMs,
      sinceMs: () => nowMs,
      distrustedSinceMs: nowMs,
      revision: 0,
      settleMs: 0,
      listedAtMs: nowMs,
    });
    if (result.kind === 'write') api.writeStatus(budget, result.status);
  }
}
