/** A random schedule: everything that can happen to a budget, one step at a time in any order. */
import { reconcile } from '../../../../shared/budget/ledger.ts';
import { ApiServer, MAX_PODS, podName, zoneOfOrdinal } from './api-server.ts';
import { LaggingCache } from './cache.ts';
import { isGivenUp, type Permit } from './eviction.ts';
import { MOVES, type Move } from './moves.ts';
import type { Protocol } from './protocol.ts';
import { choose, type Pick, seeded } from './random.ts';
import { Reconciler } from './reconciler.ts';
import { Webhook } from './webhook.ts';
import { Witness } from './witness.ts';

const STEPS = 120;
/** One schedule in so many stores the status as JSON. */
const JSON_EVERY = 16;

export class Schedule {
  readonly api: ApiServer;
  readonly witness: Witness;
  readonly webhooks: readonly Webhook[];
  readonly reconcilers: readonly Reconciler[];
  nowMs = 1_000_000;
  private readonly permits: Permit[] = [];
  private readonly pick: Pick;
  private readonly moves: readonly Move[];
  private readonly actions: Readonly<Record<Move, () => void>>;

  constructor(seed: number, protocol: Protocol) {
    this.pick = seeded(seed);
    const { pick } = this;
    this.api = new ApiServer(4 + pick(6), 1 + pick(3), pick(JSON_EVERY) === 0);
    this.witness = new Witness(this.api);
    this.moves = choose(MOVES, pick) ?? [];
    const world = { api: this.api, witness: this.witness, protocol, permits: this.permits, pick };
    this.webhooks = [new Webhook(world), new Webhook(world)];
    this.reconcilers = [new Reconciler(world), new Reconciler(world)];
    this.actions = this.actionsOf();
    this.count();
  }

  /** Runs until the first violation or the end. */
  run(): void {
    for (let step = 0; step < STEPS && this.witness.violations.length === 0; step += 1) {
      this.random();
      this.witness.look(this.nowMs);
    }
  }

  /**
   * Ends all trouble and lets what is under way come to an end: pods return, caches catch up, clocks go on.
   *
   * @returns whether every pod serves at the end
   */
  settle(): boolean {
    const { api } = this;
    for (let round = 0; round < 100; round += 1) {
      this.nowMs += 10_000;
      for (const pod of api.pods.values()) {
        if (pod.terminating || pod.ordinal >= api.replicas) api.remove(pod);
        else if (!pod.available) api.put(pod, { zone: zoneOfOrdinal(pod.ordinal), available: true });
      }
      api.createMissing(this.pick);
      for (const webhook of this.webhooks) {
        webhook.cache.catchUp();
        webhook.step(this.nowMs);
      }
      this.carryOut();
      for (const reconciler of this.reconcilers) {
        reconciler.cache.catchUp();
        reconciler.step(this.nowMs);
      }
    }
    return api.pods.size === api.replicas && [...api.pods.values()].every(({ available }) => available);
  }

  /** Evicts this pod with nothing else going on; true when it was admitted. */
  evictNow(name: string): boolean {
    const [webhook] = this.webhooks;
    const before = this.witness.admitted;
    webhook?.ask({ name, uid: undefined, askedAtMs: this.nowMs });
    while (webhook && !webhook.idle) webhook.step(this.nowMs);
    this.permits.length = 0;
    return this.witness.admitted > before;
  }

  private random(): void {
    const move = choose(this.moves, this.pick);
    if (move) this.actions[move]();
  }

  private actionsOf(): Readonly<Record<Move, () => void>> {
    const { api, pick } = this;
    const webhook = () => this.webhooks[pick(2)];
    const reconciler = () => this.reconcilers[pick(2)];
    const cache = () => (pick(5) === 0 ? webhook() : reconciler())?.cache;
    /** Once, or several times before anything else happens. */
    const repeat = (most: number, act: () => void) => {
      for (let times = pick(2) * pick(most); times >= 0; times -= 1) act();
    };
    return {
      ask: () => this.ask(webhook()),
      webhook: () => {
        const one = webhook();
        repeat(6, () => one?.step(this.nowMs));
      },
      'carry-out': () => this.carryOut(),
      reconcile: () => {
        const one = reconciler();
        repeat(5, () => one?.step(this.nowMs));
      },
      'advance-pods': () => {
        const one = cache();
        repeat(12, () => one?.advancePods());
      },
      'advance-replicas': () => cache()?.advanceReplicas(),
      'catch-up': () => cache()?.catchUp(),
      progress: () => repeat(8, () => this.progress()),
      clock: () => {
        this.nowMs += [200, 5_000, 30_000, 90_000][pick(4)] ?? 0;
      },
      crash: () => webhook()?.crash(pick),
      restart: () => reconciler()?.restart(pick),
      'read-ahead': () => reconciler()?.readAhead(this.anyName(), this.nowMs),
      scale: () => api.scale(Math.min(MAX_PODS, Math.max(3, api.replicas + pick(7) - 3))),
      spec: () => api.setMaxUnavailable(1 + pick(3)),
      fail: () => this.fail(),
    };
  }

  /** Most evictions are bound to the pod that has the name at the moment. */
  private ask(webhook: Webhook | undefined): void {
    const name = this.anyName();
    const uid = this.pick(4) === 0 ? undefined : this.api.pods.get(name)?.uid;
    webhook?.ask({ name, uid, askedAtMs: this.nowMs });
  }

  /** Evictions crowd on the highest pods, which are in different zones: what goes wrong needs more than one of them. */
  private anyName(): string {
    const { api, pick } = this;
    return podName(pick(3) === 0 ? pick(api.replicas) : api.replicas - 1 - pick(2));
  }

  /** The API server goes on with an admitted eviction, unless it takes too long or another budget refuses. */
  private carryOut(): void {
    const { api, pick, witness } = this;
    if (this.permits.length === 0) return;
    const [permit] = this.permits.splice(pick(this.permits.length), 1);
    if (!permit) return;
    const { eviction, precondition } = permit;
    const pod = api.pods.get(eviction.name);
    const possible =
      pod !== undefined &&
      !isGivenUp(eviction, this.nowMs) &&
      (precondition?.uid ?? pod.uid) === pod.uid &&
      (precondition?.resourceVersion ?? pod.resourceVersion) === pod.resourceVersion;
    if (!possible || pick(5) === 0) {
      witness.comesToNothing(eviction);
      return;
    }
    const serving = pod.available;
    if (!pod.terminating) api.delete(pod, pick);
    witness.carriesOut(pod, eviction, serving);
  }

  /** A pod ends by itself, is deleted by a user, or only stops being Ready. */
  private fail(): void {
    const { api, pick } = this;
    const pod = api.pick(pick, () => true);
    if (!pod) return;
    if (pick(2) === 0) api.put(pod, { available: false });
    else api.delete(pod, pick);
  }

  /** Controller, scheduler or kubelet bring one pod a little further on its way back. */
  private progress(): void {
    const { api, pick } = this;
    const pod = api.pick(pick, ({ available, ordinal }) => !available || ordinal >= api.replicas);
    if (!pod || pick(3) === 0) api.createMissing(pick);
    else if (pod.terminating || pod.ordinal >= api.replicas) api.remove(pod);
    else if (pod.zone === undefined) api.put(pod, { zone: zoneOfOrdinal(pod.ordinal) });
    else api.put(pod, { available: true });
  }

  /** The budget has been counted once. */
  private count(): void {
    const { api } = this;
    const result = reconcile(api.budget, new LaggingCache(api).observe(), [], this.nowMs);
    if (result.kind === 'write') api.writeStatus(api.budget, result.status);
  }
}
