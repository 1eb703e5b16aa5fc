import { settledWithin } from '../../shared/clock.ts';
import { ApiError, ConnectionError } from '../../shared/kube/kube.ts';
import { LeaseLostError } from '../../shared/kube/lease.ts';
import { decide } from '../../shared/rollout/decide.ts';
import { remember } from '../../shared/rollout/memory.ts';
import { withEvicted, withLeaving } from '../../shared/rollout/pods.ts';
import type { Disrupt, GateState, Observation, RolloutMemory } from '../../shared/rollout/types.ts';
import type { RemovalOutcome } from '../removal/removals.ts';
import { Turns } from '../turns.ts';
import { Announcer, type Sight } from './announcer.ts';
import type { DriverOptions, RolloutEnd } from './driver-options.ts';
import type { RolloutOutcome } from './events.ts';
import type { PodRemovals, ZonedPod } from './port.ts';
import { Progress } from './progress.ts';
import { KINDS } from './workload-names.ts';

/** After a memory that could not be stored. */
const SAVE_RETRY_MS = 1_000;
const BLIND = 'no connection to the API server: nothing is removed until it is back';
/** A pod that flushes changes nothing about its object, so that looking at it is a matter of time. */
const FLUSH_NEWS_MS = 60_000;
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
  private readonly removals: PodRemovals;
  private readonly ended = Promise.withResolvers<RolloutEnd>();
  private memory: RolloutMemory;
  /** What is stored. Only pods named in it are removed. */
  private durable: RolloutMemory | undefined;
  /** Uids of pods whose removal was accepted. */
  private readonly evicted = new Set<string>();
  private readonly turns: Turns;
  private ending = false;
  private available = 0;
  private lastTrouble = '';

  constructor(given: DriverOptions) {
    this.given = given;
    this.memory = given.memory;
    const startedAtMs = given.clock.nowMs();
    this.progress = new Progress(startedAtMs);
    this.announcer = new Announcer(given.reporter, this.progress, startedAtMs);
    this.turns = new Turns({
      clock: given.clock,
      turn: () => this.turn(),
      onError: (error) => {
        this.removals.request([]);
        this.onTrouble(error);
      },
    });
    this.removals = given.port.removals({
      kube: given.kube,
      disableEviction: given.disableEviction,
      clock: given.clock,
      random: given.random,
      lock: given.lock,
      onOutcome: (outcome) => this.onRemoval(outcome),
      mayAct: () => !this.blind,
      onRetryDue: () => this.wake(),
      onNotice: (message) => this.announcer.say(given.clock.nowMs(), { type: 'notice', message }),
      onStray: (reason) => this.stop('stopped', reason),
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
    this.turns.end();
    const { clock } = this.given;
    void settledWithin(clock, LAST_ANSWERS_MS, this.removals.stop()).then(() => {
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
    this.turns.wake();
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
    this.turns.wakeIn(SAVE_RETRY_MS);
  }

  /** Whether what we see, or our hold of the Lease, may be out of date. */
  private get blind(): boolean {
    const { watches, lock } = this.given;
    return watches.staleSinceMs !== undefined || lock.uncertain;
  }

  private async turn(): Promise<boolean> {
    const sight = this.look();
    if (!sight) {
      this.stop('failed', `the ${KINDS[this.given.kind].apiKind} was deleted`);
      return false;
    }
    if (this.blind) {
      this.removals.request([]);
      this.announcer.show(sight, { kind: 'disconnected', reason: BLIND, fix: undefined });
      return false;
    }
    const { gates, failures } = this.given;
    const failed = failures.look(sight);
    if (failed.exceeded) {
      this.removals.request([]);
      this.stop('stopped', await failures.explain(sight, failed));
      return false;
    }
    if (failed.recheckAtMs !== undefined) this.turns.wakeIn(failed.recheckAtMs - sight.serverNowMs);
    const { observation, options, serverNowMs, nowMs } = sight;
    const states: GateState[] = [this.given.port.gate(), ...gates.states()];
    const decision = decide({ observation, options, memory: this.memory, gates: states, nowMs: serverNowMs });
    if (decision.kind === 'disrupt' && !gates.fresh) {
      this.removals.request([]);
      await gates.ensureFresh();
      return true;
    }
    if (decision.kind === 'disrupt' && !this.isDurable(decision)) {
      this.removals.request([]);
      await this.begin(decision, nowMs);
      return true;
    }
    if (decision.kind === 'wait' && decision.for === 'leaving' && this.isAsking(observation)) {
      // Only the answers are waited for, which is nothing to tell.
      this.removals.request([]);
      return false;
    }
    this.announcer.decided(sight, decision);
    if (decision.kind === 'blocked' && decision.by === 'killed') {
      this.removals.request([]);
      await this.given.lock.save(this.memory);
      this.stop('stopped', `${decision.reason}\n${decision.fix}: ${this.given.kills.goOn}`);
      return false;
    }
    if (observation.pods.some((pod) => pod.terminating)) this.turns.wakeIn(FLUSH_NEWS_MS);
    const { namespace } = this.given;
    const pods =
      decision.kind === 'disrupt'
        ? decision.pods.map(({ name, uid }) => ({ namespace, name, uid, zone: decision.zone }))
        : [];
    this.removals.request(pods);
    if (decision.kind === 'wait' && decision.recheckAtMs !== undefined) {
      this.turns.wakeIn(decision.recheckAtMs - serverNowMs);
    }
    if (decision.kind === 'done') this.stop('done', decision.reason);
    return false;
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
    if (!decision.begins) return;
    if (decision.wave > 0) this.progress.waveBegan();
    this.announcer.waveBegan(nowMs, decision);
  }

  private isDurable(decision: Disrupt): boolean {
    const { durable } = this;
    if (!durable || durable.revision !== decision.memory.revision) return false;
    const stored = new Set(durable.inFlight.map((member) => member.uid));
    return decision.pods.every((pod) => stored.has(pod.uid));
  }

  /** Takes in what the watches show; undefined when the workload is gone. */
  private look(): Sight | undefined {
    const { watches, kube, clock, uid } = this.given;
    const options = this.given.options();
    const { workload } = watches;
    if (!workload || workload.metadata.uid !== uid) return undefined;
    const nowMs = clock.nowMs();
    const serverNowMs = nowMs + kube.clockSkewMs;
    const pods = [...watches.pods.values()];
    const evicted = withEvicted(
      workload.observe(
        { pods, nodes: watches.nodes },
        { memory: this.memory, minReadyMs: options.minReadyMs, nowMs: serverNowMs },
      ),
      this.evicted,
    );
    const observation = withLeaving(evicted, this.leavingNow(evicted));
    const remembered = remember(this.memory, observation, options, serverNowMs);
    this.memory = this.given.kills.look(remembered, { pods, observation, options, nowMs });
    const orders = this.given.orders();
    const moment = { observation, memory: this.memory, options, serverNowMs, nowMs };
    const sight: Sight = { workload, pods, orders, ...moment };
    for (const event of this.progress.look(sight)) this.announcer.say(event.atMs, event);

    // A pod that has become available may have made room in a budget that refused another.
    const available = observation.pods.filter(
      (pod) => !pod.terminating && pod.readySinceMs !== undefined,
    ).length;
    if (available > this.available) this.removals.retryNow();
    this.available = available;
    return sight;
  }

  private isAsking({ pods }: Observation): boolean {
    return pods.some(({ uid }) => this.removals.isUnderWay(uid));
  }

  /** R9 counts removals that are asked for: the next decision may come before their answers. */
  private leavingNow({ pods }: Observation): string[] {
    const requested = pods.filter(({ uid }) => this.removals.isUnderWay(uid)).map(({ name }) => name);
    return [...(this.given.leaving?.() ?? []), ...requested];
  }

  private onRemoval(outcome: RemovalOutcome<ZonedPod>): void {
    const nowMs = this.given.clock.nowMs();
    const { name, uid, zone } = outcome.pod;
    switch (outcome.kind) {
      case 'accepted':
      case 'gone':
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
}
