import { type Instant, instantOf, settledWithin } from '../../shared/clock.ts';
import { Ending } from '../../shared/drive/ending.ts';
import { Turns } from '../../shared/drive/turns.ts';
import { ApiError, ConnectionError } from '../../shared/kube/kube.ts';
import type { RemovalOutcome } from '../../shared/removals/removals.ts';
import { listNames } from '../../shared/sentences.ts';
import { Announcer, type DrainView } from './announcer.ts';
import { isWhole } from './decide/available.ts';
import { decideDrain } from './decide/decide.ts';
import { heldBack } from './decide/hold.ts';
import { emptyDrainMemory, rememberDrain } from './decide/memory.ts';
import { withSharers } from './decide/turns.ts';
import type { Claim, Cordon, DrainDecision, DrainMemory, DrainPod } from './decide/types.ts';
import type { DrainEnd, DriverOptions } from './driver-options.ts';
import type { DrainOutcome } from './events.ts';
import { keyOf } from './guards.ts';
import type { ObservedDrain } from './observe.ts';
import { removableRecord } from './pod-store.ts';
import { Progress } from './progress.ts';
import { Requests } from './requests.ts';

/** After an error that does not concern a pod. */
const TROUBLE_RETRY_MS = 1_000;
const BLIND = {
  kind: 'disconnected',
  reason: 'no connection to the API server; no pods are removed until it is restored',
} as const;
/** How long to wait at the end for responses, before Leases are released. */
const LAST_ANSWERS_MS = 2_000;
const UNCLEAR = { kind: 'waiting', reason: 'reading the cluster' } as const;

/**
 * Runs a drain. Each change from a watch, each response and each timer triggers a turn: observe, decide, act. There is
 * no polling, and turns never overlap.
 */
export class DrainDriver {
  private readonly given: DriverOptions;
  private readonly progress: Progress;
  private readonly announcer: Announcer;
  private readonly requests: Requests;
  private readonly ending: Ending<DrainEnd>;
  private memory: DrainMemory = emptyDrainMemory();
  private readonly turns: Turns;
  /** All workloads are healthy after the last zone. */
  private finished = false;
  private cordoning: Promise<unknown> = Promise.resolve();
  private claiming: Promise<unknown> = Promise.resolve();
  private givingBack: Promise<unknown> = Promise.resolve();

  constructor(given: DriverOptions) {
    this.given = given;
    const { reporter, options, clock } = given;
    this.progress = new Progress(clock.monotonicMs());
    this.announcer = new Announcer({ reporter, progress: this.progress, options });
    this.ending = new Ending({
      clock,
      halt: () => {
        this.turns.end();
        return this.letGo();
      },
    });
    this.turns = new Turns({
      clock,
      turn: () => this.turn(),
      onError: (error) => this.onTrouble(error),
      onFatal: (error) => this.ending.fail(error),
    });
    this.requests = new Requests({
      ...given,
      onOutcome: (outcome) => this.onRemoval(outcome),
      mayAct: () => !this.blind && !this.ending.begun,
      onRetryDue: () => this.wake(),
      onError: (error) => this.ending.fail(error),
    });
  }

  /** Runs until the drain is done or `stop` is called. */
  run(): Promise<DrainEnd> {
    this.wake();
    return this.ending.ended;
  }

  /** Ends the drain: no more requests are sent, and responses to those in flight are still processed. */
  stop(outcome: DrainOutcome, reason: string): void {
    this.ending.stop(() => this.end(outcome, reason));
  }

  /** Requests a turn; idempotent. */
  wake(): void {
    this.turns.wake();
  }

  /** Whether the observation may be out of date. */
  private get blind(): boolean {
    const { watches, rollouts } = this.given;
    return watches.staleSinceMs !== undefined || rollouts.staleSinceMs !== undefined;
  }

  private async turn(): Promise<boolean> {
    const moment = this.look();
    const { observed, now } = moment;
    const idle = this.blind ? BLIND : observed.unclear ? UNCLEAR : undefined;
    if (idle) {
      this.requests.pause();
      this.announcer.show(moment, { ...idle, fix: undefined });
      return false;
    }
    const { observation, memory } = moment;
    const { options } = this.given;
    const due = decideDrain({ observation, options, memory, nowMs: now.monotonicMs });
    const decision = heldBack(due, this.given.hold?.());
    this.announcer.decided(moment, decision);
    const { recheckInMs } = observed;
    if (recheckInMs !== undefined) this.turns.wakeIn(recheckInMs);
    const recheckAtMs = decision.kind === 'wait' ? decision.recheckAtMs : undefined;
    if (recheckAtMs !== undefined) this.turns.wakeIn(recheckAtMs - now.monotonicMs);
    await this.act(decision, moment);
    if (decision.kind === 'wait' && !decision.yields) this.giveBack(moment);
    // The pods of nodes that were just cordoned are requested immediately.
    return decision.kind === 'cordon' || decision.kind === 'claim';
  }

  private async act(decision: DrainDecision, moment: Sighted): Promise<void> {
    if (decision.kind === 'evict') {
      this.requests.ask(decision.pods, moment.observation);
      return;
    }
    this.requests.pause();
    if (decision.kind === 'claim') await this.claim(decision, moment);
    if (decision.kind === 'wait' && decision.yields) await this.given.leases.yield();
    if (decision.kind === 'cordon') await this.cordon(decision, moment.now);
    if (decision.kind === 'blocked') this.stop('stopped', decision.reason);
    if (decision.kind === 'done') this.finish(decision.reason, moment);
  }

  private async claim({ workloads }: Claim, { observed }: Sighted): Promise<void> {
    const wanted = workloads.flatMap((key) => observed.leasables.get(key) ?? []);
    this.claiming = this.given.leases.claim(wanted);
    await this.claiming;
  }

  /** Releases the Leases of workloads that the drain has finished. */
  private giveBack({ observation, observed }: Sighted): void {
    const busy = new Set(observation.pods.map(({ workload }) => workload));
    const needed = observation.workloads.filter((workload) => busy.has(workload.key) || !isWhole(workload));
    const kept = withSharers(observation, new Set(needed.map(({ key }) => key)));
    if (!observed.unclear) this.givingBack = this.given.leases.keep(new Set(kept.map(({ key }) => key)));
  }

  /** Sends no more requests; releases Leases, except those of pods that may still be evicted. */
  private async letGo(): Promise<void> {
    const { clock, leases } = this.given;
    const answered = Promise.all([
      this.requests.stop(),
      this.cordoning.catch(() => {}),
      this.claiming,
      this.givingBack,
    ]);
    await settledWithin(clock, LAST_ANSWERS_MS, answered);
    // The last answers are not part of any observation yet.
    if (!this.blind) this.look();
    await leases.stop({ uncertain: new Set(this.requests.uncertain()), isCurrent: !this.blind });
  }

  private async cordon({ zone, nodes, begins, reason, memory }: Cordon, now: Instant): Promise<void> {
    const { cordons, clock } = this.given;
    if (begins) {
      for (const event of this.progress.zoneBegan(zone, now)) this.announcer.say(event.atMs, event);
      const ofZone = memory.batch;
      this.announcer.say(now.wallMs, { type: 'zone-begun', zone: zone ?? null, nodes: ofZone, reason });
    }
    this.memory = memory;
    this.cordoning = cordons.cordon(nodes, (node) =>
      this.announcer.say(clock.nowMs(), { type: 'node-cordoned', node, zone: zone ?? null }),
    );
    await this.cordoning;
  }

  /** All nodes are drained, but pods may have arrived that no flag allows to be evicted. */
  private finish(reason: string, { observed, now }: Sighted): void {
    this.finished = true;
    for (const event of this.progress.zoneFinished(now)) this.announcer.say(event.atMs, event);
    const kept = observed.refused.map(({ record }) => keyOf(record));
    if (kept.length === 0) this.stop('done', reason);
    else this.stop('failed', `${reason}, except for ${listNames(kept)}, which started later`);
  }

  /** Observes the current state of the watches. */
  private look(): Sighted {
    const { observer, clock, kube, watches } = this.given;
    const now = instantOf(clock);
    const { monotonicMs: nowMs } = now;
    const observed = observer.look({ nowMs, serverNowMs: kube.serverNowMs() });
    if (!this.blind) {
      this.requests.look((uid) => {
        const record = watches.pods.byUid(uid);
        return record && removableRecord(record);
      });
    }
    const { observation, againInMs } = this.requests.annotate(observed.observation);
    if (againInMs !== undefined) this.turns.wakeIn(againInMs);

    const certain = !this.blind && !observed.unclear;
    if (certain) {
      this.memory = rememberDrain(this.memory, observation, nowMs, this.given.options);
      for (const event of this.progress.look({ ...observed, observation }, this.memory, now))
        this.announcer.say(event.atMs, event);
    }
    for (const { record, refusal } of observed.refused) {
      const override = refusal.flag === '' ? '' : ` (${refusal.flag} to override)`;
      const message = `${keyOf(record)} was started on ${record.node} and stays there: ${refusal.reason}${override}`;
      this.announcer.notice(now.wallMs, message);
    }
    return { observation, memory: this.memory, now, observed };
  }

  private onRemoval(outcome: RemovalOutcome<DrainPod>): void {
    const { clock, watches } = this.given;
    const now = instantOf(clock);
    const { pod } = outcome;
    const about = { pod: keyOf(pod), node: pod.node, zone: pod.zone ?? null };
    switch (outcome.kind) {
      case 'accepted':
        watches.pods.leave(pod);
        this.progress.podEvicted(pod, now);
        this.announcer.say(now.wallMs, { type: 'pod-evicted', ...about });
        break;
      case 'gone':
        watches.pods.leave(pod);
        break;
      case 'refused':
      case 'unanswered':
        this.progress.podRefused();
        this.announcer.say(now.wallMs, { type: 'eviction-refused', ...about, reason: outcome.reason });
        break;
      case 'failed':
        this.stop('failed', `removing ${about.pod} failed: ${outcome.error.message}`);
        break;
    }
    this.wake();
  }

  /** A node could not be cordoned: retries later, if that can help. */
  private onTrouble(error: unknown): void {
    if (!(error instanceof ApiError || error instanceof ConnectionError)) throw error;
    if (error instanceof ApiError && [401, 403, 405].includes(error.code)) {
      this.stop('failed', `a node cannot be cordoned: ${error.message}`);
      return;
    }
    const nowMs = this.given.clock.nowMs();
    this.announcer.notice(nowMs, `a node could not be cordoned, retrying: ${error.message}`);
    this.turns.wakeIn(TROUBLE_RETRY_MS);
  }

  private end(outcome: DrainOutcome, reason: string): DrainEnd {
    const moment = this.look();
    const kind = outcome === 'done' ? 'done' : 'stopping';
    this.announcer.show(moment, { kind, reason, fix: undefined });
    this.turns.end();
    const { observation, observed, memory, now } = moment;
    const cordoned = observation.nodes.filter((node) => node.cordoned).map(({ name }) => name);
    const open = new Set(observed.refused.map(({ record }) => record.node));
    if (!this.finished) for (const name of memory.batch) open.add(name);
    const { drained } = this.progress;
    const unfinished = this.given.cordons.names.filter(
      (name) => cordoned.includes(name) && (!drained.has(name) || open.has(name)),
    );
    return { outcome, reason, summary: this.progress.summary(now, cordoned), unfinished };
  }
}

/** A view with the observations behind it. */
interface Sighted extends DrainView {
  observed: ObservedDrain;
}
