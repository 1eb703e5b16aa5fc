/** A random schedule: everything that can happen to a budget, one step at a time in any order. */
import { distrust } from '../../../../../shared/budget/decide/trust.ts';
import { ApiServer, MAX_PODS, type OwnerShape, STATEFUL_SET, zoneOfOrdinal } from './api-server.ts';
import { NEXT, PRESENT } from './dialect.ts';
import { MOVES, type Move } from './moves.ts';
import type { Protocol } from './protocol.ts';
import { choose, seeded } from './random.ts';
import type { Webhook } from './webhook.ts';
import { World } from './world.ts';

const STEPS = 140;
const OWNERS: readonly OwnerShape[] = [
  STATEFUL_SET,
  STATEFUL_SET,
  { names: 'random', number: 'watch' },
  { names: 'random', number: 'scale' },
];
/** One schedule in so many stores the status as JSON. */
const JSON_EVERY = 16;
/** One in so many has replicas of two releases. */
const UPGRADE_EVERY = 8;
/**
 * How long ago a status was replaced at least that somebody puts back: longer than a process may not have heard of its
 * successor. One that is put back within less, or while a process starts that has seen nothing before, is not told from
 * the present one.
 */
const OLDEST_NEWS_MS = 140_000;
/** Within this time after the last disturbance every budget is counted, and no reservation is left. */
const RECOVERY_MS = 600_000;

export class Schedule extends World {
  private readonly moves: readonly Move[];
  private readonly actions: Readonly<Record<Move, () => void>>;
  private isPutBack = false;

  constructor(seed: number, protocol: Protocol) {
    const pick = seeded(seed);
    const isUpgrade = pick(UPGRADE_EVERY) === 0;
    const owner = choose(OWNERS, pick);
    const api = new ApiServer(4 + pick(6), 1 + pick(3), !isUpgrade && pick(JSON_EVERY) === 0, owner);
    const moves = choose(MOVES, pick) ?? [];
    super(api, protocol, pick, isUpgrade ? NEXT : PRESENT);
    this.moves = moves;
    this.actions = this.actionsOf();
  }

  /** Runs until the first violation or the end. */
  run(): void {
    for (let step = 0; step < STEPS && this.witness.violations.length === 0; step += 1) {
      this.random();
      this.witness.look(this.api.nowMs);
    }
  }

  /**
   * Ends all trouble and lets what is under way come to an end. Nothing is done for the caches: they hear of changes,
   * and of nothing else; whoever counts looks again when it said that it would. The witness continues to watch.
   *
   * @returns what has not come to rest in time, as a sentence
   */
  recover(): string | undefined {
    const { api, permits, pick, witness } = this;
    if (!api.budget) api.createBudget(undefined);
    if (api.budget?.spec.dryRun) api.toggleDryRun();
    if (!api.isGuarded) api.toggleSelector();
    if (api.replicas < 3) api.scale(3);
    for (const { cache } of [...this.webhooks, ...this.reconcilers]) cache.isSilent = false;
    const endMs = api.nowMs + RECOVERY_MS;
    for (let isAtRest = false; api.nowMs < endMs; ) {
      // Time in which nothing happens is skipped.
      api.nowMs = isAtRest ? Math.min(endMs, this.nextDueMs()) : api.nowMs + 1_000;
      const { version } = api;
      for (const pod of api.pods.values()) {
        if (pod.terminating || api.isSurplus(pod)) api.remove(pod);
        else if (!pod.available || !pod.labelled)
          api.put(pod, { zone: zoneOfOrdinal(pod.ordinal), available: true, labelled: true });
      }
      api.createMissing(pick);
      witness.look(api.nowMs);
      this.hear();
      for (const webhook of this.webhooks) {
        webhook.cache.hearEvents();
        webhook.step(api.nowMs);
      }
      this.carryOutOne();
      this.countByTime();
      isAtRest = api.version === version && permits.length === 0 && this.webhooks.every(({ idle }) => idle);
    }
    return this.unrest();
  }

  /** When somebody looks again although nothing has changed. */
  private nextDueMs(): number {
    const { api, reconcilers } = this;
    return Math.max(api.nowMs + 1_000, Math.min(...reconcilers.map(({ dueAtMs }) => dueAtMs)));
  }

  private countByTime(): void {
    const { api } = this;
    for (const reconciler of this.reconcilers) {
      const before = reconciler.cache.seen;
      reconciler.cache.hearEvents();
      const isNew =
        reconciler.cache.seen !== before || reconciler.countedAt !== api.budget?.metadata.resourceVersion;
      const isDue = api.nowMs >= reconciler.dueAtMs;
      if (isDue) reconciler.lookAgain();
      if (isNew || isDue) reconciler.step();
      while (!reconciler.isIdle) reconciler.step();
    }
  }

  private unrest(): string | undefined {
    const { budget, pods, replicas } = this.api;
    if (!budget) return 'there is no budget';
    if (pods.size !== replicas || ![...pods.values()].every(({ available }) => available))
      return 'pods are down';
    if (budget.status.observedGeneration !== budget.metadata.generation) return 'the budget is not counted';
    if (budget.status.versions.pods === undefined) return 'the counts are not trusted';
    return budget.status.reservations.length > 0 ? 'a reservation is left' : undefined;
  }

  /** Asks the replica of the newest release for an eviction, and says whether it was admitted. */
  evictNow(name: string): boolean {
    const { api, witness } = this;
    const [, webhook] = this.webhooks;
    const before = witness.admitted;
    const pod = api.pods.get(name);
    webhook.ask({ name, uid: pod?.uid, askedAtMs: api.nowMs });
    while (!webhook.idle) webhook.step(api.nowMs);
    this.permits.length = 0;
    return witness.admitted > before;
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
        repeat(6, () => one?.step(api.nowMs));
      },
      'carry-out': () => this.carryOutOne(),
      reconcile: () => {
        const one = reconciler();
        if (one && api.nowMs >= one.dueAtMs) one.lookAgain();
        repeat(5, () => one?.step());
      },
      'advance-pods': () => {
        const one = cache();
        repeat(12, () => one?.advancePods());
      },
      'advance-replicas': () => cache()?.advanceReplicas(),
      'catch-up': () => cache()?.catchUp(),
      progress: () => repeat(8, () => this.progress()),
      clock: () => {
        api.pass([200, 5_000, 30_000, 90_000][pick(4)] ?? 0);
        for (const { cache } of [...this.webhooks, ...this.reconcilers]) cache.pass();
        this.hear();
      },
      crash: () => this.unlessPutBack(() => webhook()?.crash(pick)),
      restart: () => this.unlessPutBack(() => reconciler()?.restart(pick)),
      'read-ahead': () => reconciler()?.readAhead(this.anyName()),
      scale: () => api.scale(Math.min(MAX_PODS, Math.max(3, api.replicas + pick(7) - 3))),
      spec: () => api.setMaxUnavailable(1 + pick(3)),
      fail: () => this.fail(),
      silence: () => {
        const one = cache();
        if (one) one.isSilent = !one.isSilent;
      },
      'step-clock': () => {
        this.wallAheadMs[pick(2)] = (pick(11) - 5) * 50_000;
      },
      recreate: () => this.recreate(),
      wipe: () => api.putStatus(api.emptyStatus()),
      'put-back': () => this.putBack(),
      selector: () => api.toggleSelector(),
      'dry-run': () => api.toggleDryRun(),
      label: () => this.label(),
      owner: () => api.scale(api.replicas > 0 && pick(2) === 0 ? 0 : 3 + pick(6)),
    };
  }

  /** Deleted, and some time later made anew, with an empty status or one that a backup holds. */
  private recreate(): void {
    const { api, pick } = this;
    this.isPutBack = false;
    if (api.budget) api.deleteBudget();
    else api.createBudget(pick(2) === 0 ? choose(api.backups, pick)?.status : undefined);
  }

  /** Somebody writes a status that the budget had before, or the one that it has with versions that nobody reaches. */
  private putBack(): void {
    const { api, pick } = this;
    const { budget } = api;
    if (!budget) return;
    if (pick(3) === 0) {
      const far = String(api.version + 1_000_000);
      const { status } = budget;
      if (status.versions.pods === undefined) return;
      api.putStatus({ ...status, reservations: [], versions: { pods: far, statefulsets: far } });
    } else {
      const old = api.backups.filter(
        ({ uid }, index) =>
          uid === budget.metadata.uid &&
          (api.backups[index + 1]?.atMs ?? api.nowMs) <= api.nowMs - OLDEST_NEWS_MS,
      );
      const status = choose(old, pick)?.status;
      if (!status) return;
      api.putStatus(status);
    }
    this.isPutBack = true;
  }

  private unlessPutBack(act: () => void): void {
    const { budget } = this.api;
    if (this.isPutBack && budget && distrust(budget) === undefined) return;
    this.isPutBack = false;
    act();
  }

  /** Bound by the client or the mutating webhook to the pod that has the name at the moment. */
  private ask(webhook: Webhook | undefined): void {
    const name = this.anyName();
    const pod = this.api.pods.get(name);
    if (!pod) return;
    const isCovered = pod.labelled && this.api.isGuarded;
    const isTied = !isCovered && this.api.hasBudget && this.protocol.bindsUncovered && pod.available;
    const resourceVersion = isTied ? pod.resourceVersion : undefined;
    webhook?.ask({ name, uid: this.protocol.bind(pod), resourceVersion, askedAtMs: this.api.nowMs });
  }

  /** Evictions crowd on the highest pods, which are in different zones: what goes wrong needs more than one of them. */
  private anyName(): string {
    const { api, pick } = this;
    const replicas = Math.max(2, api.replicas);
    return api.nameAt(pick(3) === 0 ? pick(replicas) : replicas - 1 - pick(2));
  }

  /** One of the admitted evictions, as far as no other budget refuses it. */
  private carryOutOne(): void {
    const { permits, pick } = this;
    if (permits.length === 0) return;
    const [permit] = permits.splice(pick(permits.length), 1);
    this.carryOut(permit, pick(5) === 0);
  }

  /** A pod loses or gets the budget's label. */
  private label(): void {
    const { api } = this;
    const pod = api.owner.names === 'ordinal' ? api.pods.get(this.anyName()) : undefined;
    if (pod) api.put(pod, { labelled: !pod.labelled });
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
    const pod = api.pick(pick, (each) => !each.available || api.isSurplus(each));
    if (!pod || pick(3) === 0) api.createMissing(pick);
    else if (pod.terminating || api.isSurplus(pod)) api.remove(pod);
    else if (pod.zone === undefined) api.put(pod, { zone: zoneOfOrdinal(pod.ordinal) });
    else api.put(pod, { available: true });
  }
}
