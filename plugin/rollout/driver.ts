import { type Clock, delay } from '../../shared/clock.ts';
import { ApiError, ConnectionError, type Kube } from '../../shared/kube/kube.ts';
import { LeaseLostError } from '../../shared/kube/lease.ts';
import { decide } from '../../shared/rollout/decide.ts';
import { remember } from '../../shared/rollout/memory.ts';
import { observeStatefulSet } from '../../shared/rollout/observe.ts';
import { withEvicted } from '../../shared/rollout/pods.ts';
import type { Disrupt, GateState, RolloutMemory, RolloutOptions } from '../../shared/rollout/types.ts';
import { Announcer, type Sight } from './announcer.ts';
import type { Reporter, RolloutOutcome, RolloutSummary } from './events.ts';
import type { RolloutLock } from './lock.ts';
import { Progress } from './progress.ts';
import { type RemovalOutcome, Removals } from './removals.ts';
import { strategyGate } from './strategy.ts';
import type { WorkloadWatches } from './watches.ts';

export interface DriverOptions {
  kube: Kube;
  clock: Clock;
  random: () => number;
  namespace: string;
  /** Of the StatefulSet that was asked for: one of the same name made later is another. */
  uid: string;
  watches: WorkloadWatches;
  options: RolloutOptions;
  /** What the last holder of the Lease left, or an empty memory. */
  memory: RolloutMemory;
  /** The Lease: nothing is removed that is not named in its memory, and nothing while it may be another's. */
  lock: Pick<RolloutLock, 'save' | 'uncertain'>;
  disableEviction: boolean;
  reporter: Reporter;
}

export interface RolloutEnd {
  outcome: RolloutOutcome;
  reason: string;
  summary: RolloutSummary;
}

/** After a memory that could not be stored. */
const SAVE_RETRY_MS = 1_000;
const BLIND = 'no connection to the API server: nothing is removed until it is back';
/** Little enough beside the 100 ms in which a wave shall follow the last one. */
const LONGEST_REST_MS = 40;
const RESTS_PER_TURN = 4;
/** How long an end waits for answers that are under way. */
const LAST_ANSWERS_MS = 3_000;

/**
 * Carries a rollout out. Each change that a watch reports, each answer to an eviction and each timer is a turn: look,
 * decide, store, act. There is no polling, and no turn begins before the last one has ended.
 */
export class RolloutDriver {
  private readonly given: DriverOptions;
  private readonly progress: Progress;
  private readonly announcer: Announcer;
  private readonly removals: Removals;
  private readonly ended = Promise.withResolvers<RolloutEnd>();
  private memory: RolloutMemory;
  /** What is stored. Only pods named in it are removed. */
  private durable: RolloutMemory | undefined;
  /** Uids of pods whose removal was accepted. */
  private readonly evicted = new Set<string>();
  private turning = false;
  private again = false;
  private ending = false;
  private cancelTimer: () => void = () => {};
  private available = 0;
  private lastTrouble = '';
  /** A wave was stored in this turn; the next one removes its pods. */
  private begun = false;

  constructor(given: DriverOptions) {
    this.given = given;
    this.memory = given.memory;
    const startedAtMs = given.clock.nowMs();
    this.progress = new Progress(startedAtMs);
    this.announcer = new Announcer(given.reporter, this.progress, startedAtMs);
    this.removals = new Removals({
      kube: given.kube,
      namespace: given.namespace,
      disableEviction: given.disableEviction,
      clock: given.clock,
      random: given.random,
      onOutcome: (outcome) => this.onRemoval(outcome),
      mayAct: () => !this.blind,
      onRetryDue: () => this.wake(),
    });
  }

  /** Runs until the rollout is done or `stop` is called. */
  run(): Promise<RolloutEnd> {
    this.given.watches.onChange(() => this.wake());
    this.wake();
    return this.ended.promise;
  }

  /** Ends the rollout where it is: nothing more is removed, answers under way are still taken. */
  stop(outcome: RolloutOutcome, reason: string): void {
    if (this.ending) return;
    this.ending = true;
    this.cancelTimer();
    const { clock } = this.given;
    const answered = this.removals.stop();
    const patience = new Promise<void>((resolve) => {
      const cancel = clock.schedule(LAST_ANSWERS_MS, resolve);
      void answered.finally(cancel);
    });
    void Promise.race([answered, patience]).then(() => {
      const sight = this.look();
      if (sight) {
        const kind = outcome === 'done' ? 'done' : 'stopping';
        this.announcer.show(sight, { kind, reason, fix: undefined });
      }
      this.ended.resolve({ outcome, reason, summary: this.progress.summary(clock.nowMs()) });
    });
  }

  /** Asks for a turn; as often as one likes. */
  wake(): void {
    this.again = true;
    if (this.turning || this.ending) return;
    this.turning = true;
    void this.turnWhileAsked();
  }

  private async turnWhileAsked(): Promise<void> {
    while (this.again && !this.ending) {
      this.again = false;
      this.cancelTimer();
      const beganMs = this.given.clock.nowMs();
      try {
        await this.turn();
      } catch (error) {
        this.removals.request([]);
        this.onTrouble(error);
      }
      await this.rest(this.given.clock.nowMs() - beganMs);
    }
    // At once after the last look at `again`, so that no wake in between is lost.
    this.turning = false;
  }

  /**
   * A turn looks at every pod, and in a large wave an event comes for each: resting longer than a turn took, unless a
   * wave has just been stored and its pods are still to be removed, keeps the driver from spending a core on them.
   */
  private async rest(turnMs: number): Promise<void> {
    const restMs = Math.min(LONGEST_REST_MS, turnMs * RESTS_PER_TURN);
    if (restMs <= 0 || this.begun) return;
    await delay(this.given.clock, restMs);
  }

  /** The memory could not be stored, so nothing may be removed: later, if the API server is to blame. */
  private onTrouble(error: unknown): void {
    if (error instanceof LeaseLostError) {
      this.stop('stopped', error.message);
      return;
    }
    if (!(error instanceof ApiError || error instanceof ConnectionError)) {
      this.ending = true;
      this.ended.reject(error);
      return;
    }
    const message = `nothing is removed for the moment: ${error.message}`;
    if (message !== this.lastTrouble) {
      this.announcer.say(this.given.clock.nowMs(), { type: 'notice', message });
    }
    this.lastTrouble = message;
    this.wakeIn(SAVE_RETRY_MS);
  }

  /** Whether what we see, or our hold of the Lease, may be out of date. */
  private get blind(): boolean {
    const { watches, lock } = this.given;
    return watches.staleSinceMs !== undefined || lock.uncertain;
  }

  private async turn(): Promise<void> {
    const { options } = this.given;
    this.begun = false;
    const sight = this.look();
    if (!sight) return this.stop('failed', 'the StatefulSet was deleted');

    if (this.blind) {
      this.removals.request([]);
      this.announcer.show(sight, { kind: 'disconnected', reason: BLIND, fix: undefined });
      return;
    }
    const { observation, serverNowMs, nowMs } = sight;
    const gates: GateState[] = [strategyGate(sight.statefulSet)];
    const decision = decide({ observation, options, memory: this.memory, gates, nowMs: serverNowMs });
    if (decision.kind === 'disrupt' && !this.isDurable(decision)) {
      this.removals.request([]);
      await this.begin(decision, nowMs);
      return;
    }
    this.announcer.decided(sight, decision);
    switch (decision.kind) {
      case 'disrupt':
        this.removals.request(decision.pods.map((pod) => ({ ...pod, zone: decision.zone })));
        break;
      case 'wait':
        this.removals.request([]);
        if (decision.recheckAtMs !== undefined) this.wakeIn(decision.recheckAtMs - serverNowMs);
        break;
      case 'blocked':
        this.removals.request([]);
        break;
      case 'done':
        this.stop('done', decision.reason);
        break;
    }
  }

  /**
   * Stores the wave first and looks again afterwards: what is removed is then named in the Lease, and was still right
   * when the Lease was written.
   */
  private async begin(decision: Disrupt, nowMs: number): Promise<void> {
    await this.given.lock.save(decision.memory);
    this.lastTrouble = '';
    this.durable = decision.memory;
    this.memory = decision.memory;
    if (decision.begins) {
      if (decision.wave > 0) this.progress.waveBegan();
      this.announcer.waveBegan(nowMs, decision);
    }
    this.begun = true;
    this.again = true;
  }

  private isDurable(decision: Disrupt): boolean {
    const { durable } = this;
    if (!durable || durable.revision !== decision.memory.revision) return false;
    const stored = new Set(durable.inFlight.map((member) => member.uid));
    return decision.pods.every((pod) => stored.has(pod.uid));
  }

  /** Takes in what the watches show; undefined when the workload is gone. */
  private look(): Sight | undefined {
    const { watches, options, kube, clock, uid } = this.given;
    const { statefulSet } = watches;
    if (!statefulSet || statefulSet.metadata.uid !== uid) return undefined;
    const nowMs = clock.nowMs();
    const serverNowMs = nowMs + kube.clockSkewMs;
    const pods = [...watches.pods.values()];
    const observation = withEvicted(
      observeStatefulSet({ statefulSet, pods, nodes: watches.nodes }),
      this.evicted,
    );
    this.memory = remember(this.memory, observation, options, serverNowMs);
    const sight: Sight = { statefulSet, pods, observation, memory: this.memory, options, serverNowMs, nowMs };
    for (const event of this.progress.look(sight)) this.announcer.say(event.atMs, event);

    // A pod that has become available may have made room in a budget that refused another.
    const available = observation.pods.filter(
      (pod) => !pod.terminating && pod.readySinceMs !== undefined,
    ).length;
    if (available > this.available) this.removals.retryNow();
    this.available = available;
    return sight;
  }

  private onRemoval(outcome: RemovalOutcome): void {
    const nowMs = this.given.clock.nowMs();
    const { name, uid, zone } = outcome.pod;
    switch (outcome.kind) {
      case 'accepted':
        this.evicted.add(uid);
        this.progress.podRemoved({ name, uid, zone }, nowMs);
        this.announcer.removalAnswered(name, '');
        this.announcer.say(nowMs, { type: 'pod-evicted', pod: name, zone });
        break;
      case 'refused':
        this.announcer.removalAnswered(name, outcome.reason);
        this.announcer.say(nowMs, {
          type: 'eviction-refused',
          pod: name,
          zone,
          reason: outcome.reason,
          retryInMs: outcome.retryInMs,
        });
        break;
      case 'failed':
        this.stop('failed', `removing ${name} failed: ${outcome.error.message}`);
        break;
    }
    this.wake();
  }

  private wakeIn(delayMs: number): void {
    this.cancelTimer();
    this.cancelTimer = this.given.clock.schedule(Math.max(0, delayMs), () => this.wake());
  }
}
