import { Ending } from '../../drive/ending.ts';
import { Turns } from '../../drive/turns.ts';
import { ApiError, ConnectionError } from '../../kube/kube.ts';
import { LeaseLostError } from '../../kube/lease.ts';
import type { RemovalOutcome } from '../../removals/removals.ts';
import { decide } from '../decide/decide.ts';
import { forSuccessors, remember } from '../decide/memory.ts';
import { withAsked, withEvicted } from '../decide/pods.ts';
import type { Disrupt, GateState, Observation, RolloutDecision, RolloutMemory } from '../decide/types.ts';
import type { Workload } from '../decide/workload.ts';
import { Announcer, type DriverView } from './announcer.ts';
import type { DriverOptions, RolloutEnd } from './driver-options.ts';
import type { RolloutOutcome } from './events.ts';
import { LeaseStateNote } from './lease-state-note.ts';
import { Progress } from './progress.ts';
import { RemovalAnswers } from './removal-answers.ts';
import type { PodRemovals, ZonedPod } from './workload-port.ts';

/** After the memory could not be stored. */
const SAVE_RETRY_MS = 1_000;
const BLIND = 'no connection to the API server; no pods are removed until it is restored';
/** A flushing pod does not change its object, so it has to be checked periodically. */
const FLUSH_NEWS_MS = 60_000;

/**
 * Drives a rollout. Each watch event, eviction response and timer triggers a turn: observe, decide, store,
 * act. It does not poll, and turns never overlap.
 */
export class RolloutDriver {
  private readonly given: DriverOptions;
  private readonly progress: Progress;
  private readonly announcer: Announcer;
  private readonly removals: PodRemovals;
  private readonly answers: RemovalAnswers;
  private readonly ending: Ending<RolloutEnd>;
  private memory: RolloutMemory;
  /** The stored memory. Only pods named in it are removed. */
  private durable: RolloutMemory | undefined;
  private readonly turns: Turns;
  private available = 0;
  private lastTrouble = '';
  private readonly leaseState: LeaseStateNote;

  constructor(given: DriverOptions) {
    this.given = given;
    this.memory = given.memory;
    this.progress = new Progress(given.clock.monotonicMs());
    this.announcer = new Announcer(given.reporter, this.progress);
    this.answers = new RemovalAnswers(given.clock, this.progress, this.announcer);
    this.ending = new Ending({
      clock: given.clock,
      halt: () => {
        this.turns.end();
        return this.removals.stop();
      },
    });
    this.turns = new Turns({
      clock: given.clock,
      turn: () => this.turn(),
      onError: (error) => this.onTrouble(error),
      onFatal: (error) => this.ending.fail(error),
    });
    this.leaseState = new LeaseStateNote(given.lock, {
      onRetry: () => this.turns.wakeIn(SAVE_RETRY_MS),
      onError: (error) => this.ending.fail(error),
    });
    this.removals = given.port.removals({
      kube: given.kube,
      disableEviction: given.disableEviction,
      clock: given.clock,
      random: given.random,
      suspects: given.memory.inFlight.map(({ uid }) => uid),
      onOutcome: (outcome) => this.onRemoval(outcome),
      mayAct: () => !this.blind && !this.ending.begun,
      holdsLease: () => !given.lock.uncertain,
      isStillRight: (pods) => this.isStillRight(pods),
      onRetryDue: () => this.wake(),
      onNotice: (message) => this.ending.guard(() => this.notice(message)),
      onError: (error) => this.ending.fail(error),
      onStray: (reason) => this.stop('stopped', reason),
    });
  }

  /** Runs until the rollout is done or `stop` is called. */
  run(): Promise<RolloutEnd> {
    this.given.watches.onChange(() => this.wake());
    this.wake();
    return this.ending.ended;
  }

  /** Stops the rollout: nothing more is removed; responses in progress are still processed. */
  stop(outcome: RolloutOutcome, reason: string): void {
    this.ending.stop(() => {
      const view = this.look();
      if (view) {
        const kind = outcome === 'done' ? 'done' : 'stopping';
        this.announcer.show(view, { kind, reason, fix: undefined });
      }
      return { outcome, reason, summary: this.progress.summary(this.given.clock.monotonicMs()) };
    });
  }

  /** Requests a turn; may be called any number of times. */
  wake(): void {
    this.turns.wake();
  }

  /** The memory could not be stored, so nothing may be removed; retries if the API server is the cause. */
  private onTrouble(error: unknown): void {
    if (error instanceof LeaseLostError) {
      this.stop('stopped', error.message);
      return;
    }
    if (!(error instanceof ApiError || error instanceof ConnectionError)) throw error;
    const message = `no pods are removed for now: ${error.message}`;
    if (message !== this.lastTrouble) this.notice(message);
    this.lastTrouble = message;
    this.turns.wakeIn(SAVE_RETRY_MS);
  }

  private notice(message: string): void {
    this.announcer.say(this.given.clock.nowMs(), { type: 'notice', message });
  }

  /** Whether our view, or our hold on the Lease, may be out of date. */
  private get blind(): boolean {
    const { watches, lock } = this.given;
    return watches.staleSinceMs !== undefined || lock.uncertain;
  }

  private async turn(): Promise<boolean> {
    const view = this.look();
    if (!view) {
      this.stop('failed', `${this.given.found.id.subject} was deleted`);
      return false;
    }
    if (this.blind) {
      this.removals.request([]);
      this.announcer.show(view, { kind: 'disconnected', reason: BLIND, fix: undefined });
      return false;
    }
    const { gates, failures } = this.given;
    const failed = failures.look(view);
    if (failed.exceeded) {
      this.removals.request([]);
      this.stop('stopped', await failures.explain(view, failed));
      return false;
    }
    if (failed.recheckAtMs !== undefined) this.turns.wakeIn(failed.recheckAtMs - view.monotonicMs);
    const { observation, options, serverNowMs, monotonicMs, nowMs } = view;
    const states: GateState[] = [...this.given.port.gates(), ...gates.states()];
    const now = { nowMs: serverNowMs, monotonicMs };
    const decision = decide({ observation, options, memory: this.memory, gates: states, ...now });
    if (decision.kind === 'disrupt' && !gates.fresh) {
      this.removals.request([]);
      await gates.ensureFresh();
      return true;
    }
    if (decision.kind === 'disrupt' && !this.isDurable(decision)) {
      this.removals.request([]);
      await this.begin(decision, observation, nowMs);
      return true;
    }
    if (decision.kind === 'wait' && decision.for === 'leaving' && this.isAsking(observation)) {
      // Only the eviction responses are outstanding, which is not worth reporting.
      this.removals.request([]);
      return false;
    }
    this.leaseState.note(decision, this.announcer.decided(view, decision));
    if (decision.kind === 'blocked' && decision.by === 'killed') {
      this.removals.request([]);
      await this.given.lock.save(this.memory);
      this.stop('stopped', `${decision.reason}\n${decision.fix}: ${this.given.kills.goOn}`);
      return false;
    }
    if (observation.pods.some((pod) => pod.terminating)) this.turns.wakeIn(FLUSH_NEWS_MS);
    this.act(decision, view);
    if (decision.kind === 'wait' && decision.recheckAtMs !== undefined) {
      this.turns.wakeIn(decision.recheckAtMs - serverNowMs);
    }
    if (decision.kind === 'done') this.stop('done', decision.reason);
    return false;
  }

  /**
   * Carries out a decision based on exactly this view (R11): each request has the observed resourceVersion as
   * its precondition.
   */
  private act(decision: RolloutDecision, { pods, observation }: DriverView): void {
    const { namespace } = this.given.found.id;
    const versions = new Map([...pods].map(({ metadata }) => [metadata.uid, metadata.resourceVersion]));
    const chosen = decision.kind === 'disrupt' ? decision.pods : [];
    const zone = decision.kind === 'disrupt' ? decision.zone : '';
    this.removals.request(
      chosen.map(({ name, uid }) => ({ namespace, name, uid, zone, resourceVersion: versions.get(uid) })),
    );
    const again = new Set(chosen.map(({ uid }) => uid));
    const unclear = observation.pods.filter(({ asked, uid }) => asked === 'unanswered' && !again.has(uid));
    this.removals.ruleOut(unclear.map(({ name, uid }) => ({ namespace, name, uid })));
  }

  /**
   * Stores the wave first and then observes again: pods are removed only if the Lease names them and the
   * decision was still right after the Lease was written.
   */
  private async begin(decision: Disrupt, observation: Observation, nowMs: number): Promise<void> {
    await this.given.lock.save(forSuccessors(decision.memory, observation));
    this.lastTrouble = '';
    this.durable = decision.memory;
    this.memory = decision.memory;
    if (!decision.begins || this.ending.begun) return;
    if (decision.wave > 0) this.progress.waveBegan();
    this.announcer.waveBegan(nowMs, decision);
  }

  /** R11: whether the same pods would be chosen now. */
  private isStillRight(pods: readonly ZonedPod[]): boolean {
    const view = this.ending.begun || this.blind ? undefined : this.look();
    if (!view) return false;
    const { observation, options, serverNowMs: nowMs, monotonicMs } = view;
    const gates: GateState[] = [...this.given.port.gates(), ...this.given.gates.states()];
    const decision = decide({ observation, options, memory: this.memory, gates, nowMs, monotonicMs });
    if (decision.kind !== 'disrupt' || !this.isDurable(decision)) return false;
    const chosen = new Set(decision.pods.map(({ uid }) => uid));
    return pods.every(({ uid }) => chosen.has(uid));
  }

  private isDurable(decision: Disrupt): boolean {
    const { durable } = this;
    if (!durable || durable.revision !== decision.memory.revision) return false;
    const stored = new Set(durable.inFlight.map((member) => member.uid));
    return decision.pods.every((pod) => stored.has(pod.uid));
  }

  /** Processes the watches' current state; undefined if the workload is gone. */
  private look(): DriverView | undefined {
    const { watches, kube, clock, found } = this.given;
    const options = this.given.options();
    const { workload } = watches;
    if (!workload || !isSame(workload, found)) return undefined;
    const nowMs = clock.nowMs();
    const monotonicMs = clock.monotonicMs();
    const serverNowMs = kube.serverNowMs();
    const pods = [...watches.pods.values()];
    if (!this.blind) {
      this.removals.look(pods);
      this.answers.settle(pods, (uid) => this.removals.asked(uid));
    }
    const looking = { memory: this.memory, minReadyMs: options.minReadyMs, nowMs: serverNowMs };
    const seen = withEvicted(workload.observe({ ...watches.cluster, pods }, looking), this.answers.removed);
    const observation = withAsked(seen, (uid) => this.removals.asked(uid));
    const remembered = remember(this.memory, observation, options, { nowMs: serverNowMs, monotonicMs });
    this.memory = this.given.kills.look(remembered, { pods, observation, options, nowMs });
    const orders = this.given.orders();
    const moment = { observation, memory: this.memory, options, serverNowMs, monotonicMs, nowMs };
    const view: DriverView = { workload, pods, orders, ...moment };
    for (const event of this.progress.look(view)) this.announcer.say(event.atMs, event);

    // A pod that became available may have made room in a budget that refused another.
    const available = observation.pods.filter(
      (pod) => !pod.terminating && pod.readySinceMs !== undefined,
    ).length;
    if (available > this.available) this.removals.retryNow();
    this.available = available;
    return view;
  }

  private isAsking({ pods }: Observation): boolean {
    return pods.some(({ asked }) => asked === 'sent');
  }

  private onRemoval(outcome: RemovalOutcome<ZonedPod>): void {
    this.answers.take(outcome);
    if (outcome.kind === 'failed') {
      this.stop('failed', `removing ${outcome.pod.name} failed: ${outcome.error.message}`);
    }
    this.wake();
  }
}

/** Whether at least one member is still the same object. */
function isSame({ members }: Workload, found: Workload): boolean {
  const uids = new Set(found.members.map(({ metadata }) => metadata.uid));
  return members.some(({ metadata }) => uids.has(metadata.uid));
}
