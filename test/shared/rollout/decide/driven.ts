import { emptyMemory, forSuccessors, remember } from '../../../../shared/rollout/decide/memory.ts';
import { withAsked, withEvicted, withPlaces } from '../../../../shared/rollout/decide/pods.ts';
import type {
  Disrupt,
  GateState,
  Observation,
  RolloutDecision,
  RolloutInput,
  RolloutOptions,
} from '../../../../shared/rollout/decide/types.ts';
import { at } from './builders.ts';
import { History } from './history.ts';
import { type OpenRequest, type Violation, violations } from './invariants.ts';
import { ModelCluster, type ModelOptions, type Pick } from './model.ts';
import { type Faults, LeaseModel, Process, type Request, type SaveFate } from './process.ts';
import { TakenPods } from './taken-pods.ts';

export type Decide = (input: RolloutInput) => RolloutDecision;

export interface Scenario {
  cluster: ModelOptions;
  options: RolloutOptions;
  /** Observations that the driver is behind the truth. */
  lag: number;
  /** Pods fail by themselves, revisions are bad, labels vanish, controllers are away. */
  trouble: boolean;
  /** Each number is one step: which one, and its choices. */
  steps: readonly number[];
}

/** What becomes of an eviction, as far as the driver can tell. */
export type Fate = 'accepted' | 'refused' | 'late' | 'lost';

/** Processes of the plugin, one after the other, with a Lease and a cluster: what each of them does when it may. */
export class DrivenCluster {
  readonly cluster: ModelCluster;
  readonly found: (Violation & { step: number })[] = [];
  disruptions = 0;
  protected readonly history = new History();
  protected readonly taken: TakenPods;
  protected readonly lease: LeaseModel;
  protected process: Process;
  /** Stopped at some instant, and not continued yet. */
  protected frozen: Process[] = [];
  protected requests: Request[] = [];
  protected gate: GateState = { name: 'alarm', state: 'open', reason: 'test' };
  protected save: SaveFate = 'stored';
  protected step = 0;
  protected lag: number;
  protected options: RolloutOptions;
  protected readonly decide: Decide;
  protected readonly faults: Faults;

  constructor(scenario: Scenario, decide: Decide, faults: Faults = {}) {
    this.cluster = new ModelCluster(scenario.cluster);
    this.decide = decide;
    this.faults = faults;
    this.lag = scenario.lag;
    this.options = scenario.options;
    this.taken = new TakenPods(scenario.options.minReadyMs);
    this.lease = new LeaseModel(emptyMemory(this.cluster.updateRevision));
    this.process = new Process(this.lease, faults);
  }

  protected carryOut(request: Request): void {
    const pod = this.cluster.pods.get(request.name);
    const gone = pod?.uid !== request.uid;
    const happened = this.cluster.evict(request);
    if (happened && pod) {
      this.disruptions += 1;
      this.history.evicted(request.uid);
      const others = this.taken.take(pod);
      if (others.length > 0) {
        const what = `${pod.name} of ${pod.zone} goes while ${others.join(', ')} is down by us`;
        this.found.push({ rule: 'R1', what, step: this.step });
      }
    }
    if (request.awaited) {
      if (happened || gone) this.process.evicted.add(request.uid);
      if (happened || gone) this.process.unanswered.settle(request.uid);
    }
    this.drop(request);
  }

  protected answerLost(request: Request): void {
    if (request.awaited) this.process.unanswered.add(request.uid, String(request.version));
    request.awaited = false;
  }

  protected drop(request: Request): void {
    this.requests = this.requests.filter((each) => each !== request);
  }

  /** What the API server may still carry out, as it is in truth. */
  protected open(): OpenRequest[] {
    return this.requests.flatMap(({ name, uid, version }) => {
      const pod = this.cluster.pods.get(name);
      const possible = pod?.uid === uid && pod.version === version && !pod.terminating;
      return possible && pod.zone !== undefined ? [{ name, uid, zone: pod.zone }] : [];
    });
  }

  protected askedOf({ unanswered }: Process, uid: string): 'sent' | 'unanswered' | undefined {
    if (this.requests.some((request) => request.awaited && request.uid === uid)) return 'sent';
    return unanswered.has(uid) ? 'unanswered' : undefined;
  }

  /** A turn, and where it has stored something the next one, as the driver does. */
  protected drive(evictions: number, fate: () => Fate, between = () => {}): RolloutDecision {
    const { decision, isStored } = this.turn(this.process, evictions, fate);
    if (!isStored) return decision;
    between();
    return this.turn(this.process, evictions, fate).decision;
  }

  /** Observe, decide, and either store what is to go or evict up to `evictions` pods before something else happens. */
  protected turn(
    process: Process,
    evictions: number,
    fate: () => Fate,
  ): { decision: RolloutDecision; isStored: boolean } {
    const { cluster, options } = this;
    const { nowMs } = cluster;
    const { observation, versions } = this.look(process);
    const input: RolloutInput = {
      ...{ observation, options, ...at(nowMs) },
      ...{ memory: process.memory, gates: [this.gate] },
    };
    const decision = this.decide(input);
    for (const each of violations(input, decision, this.history, this.open()))
      this.found.push({ ...each, step: this.step });
    const chosen = decision.kind === 'disrupt' ? decision.pods : [];
    process.prepared = [];
    this.ruleOut(observation, new Set(chosen.map(({ uid }) => uid)));
    if (decision.kind !== 'disrupt') return { decision, isStored: false };
    if (!process.isDurable(decision)) {
      const isStored = this.store(process, decision, observation);
      if (!this.faults.evictsUnstored) return { decision, isStored };
      process.memory = decision.memory;
    }
    const requests = chosen
      .filter(({ uid }) => this.askedOf(process, uid) !== 'sent')
      .map(({ name, uid }) => ({ name, uid, version: Number(versions.get(uid)), awaited: true }));
    for (const request of requests.slice(0, evictions)) this.send(request, fate());
    process.prepared = requests.slice(evictions);
    return { decision, isStored: false };
  }

  protected look(process: Process): { observation: Observation; versions: Map<string, string> } {
    const { cluster, options, faults } = this;
    const { nowMs } = cluster;
    process.seen.push({ observation: cluster.observe(), pods: cluster.removable() });
    while (process.seen.length > this.lag + 1) process.seen.shift();
    const [sight] = process.seen;
    if (!sight) throw new Error('nothing is seen');
    process.unanswered.look(sight.pods, nowMs);
    const placed = withPlaces(sight.observation, process.memory, options.minReadyMs, nowMs);
    const evicted = withEvicted(faults.followsSuccessors ? sight.observation : placed, process.evicted);
    const observation = withAsked(evicted, (uid) => this.askedOf(process, uid));
    const isNew = observation.revisionObserved && observation.updateRevision !== process.memory.revision;
    if (isNew && faults.forgetsWithRevision) process.forget();
    process.memory = remember(process.memory, observation, options, at(nowMs));
    this.history.see(observation, options.minReadyMs, nowMs);
    return { observation, versions: new Map(sight.pods.map((pod) => [pod.uid, pod.resourceVersion])) };
  }

  /** @returns whether the process knows that it is stored */
  protected store(process: Process, decision: Disrupt, observation: Observation): boolean {
    const { save, history, options, cluster } = this;
    const memory = forSuccessors(decision.memory, observation);
    const isApplied = save !== 'failed' && save !== 'fatal';
    if (this.faults.evictsUnstored) return false;
    if (isApplied && !process.write(this.lease, memory, this.faults)) return false;
    const idle = new Set(observation.pods.filter((pod) => pod.unscheduled).map(({ uid }) => uid));
    const available = availableUids(observation, options, cluster.nowMs);
    if (isApplied && !decision.pods.every(({ uid }) => idle.has(uid)))
      history.decided(decision, available, save === 'stored');
    if (save === 'fatal' || save === 'fatal, stored') this.takeOver();
    if (save !== 'stored') return false;
    process.memory = decision.memory;
    process.durable = decision.memory;
    return true;
  }

  protected send(request: Request, fate: Fate): void {
    if (fate === 'refused') return;
    this.requests.push(request);
    if (fate === 'accepted') this.carryOut(request);
    if (fate === 'lost') this.answerLost(request);
  }

  /** Evictions that nobody asks for again are made impossible. */
  protected ruleOut({ pods }: Observation, again: ReadonlySet<string>): void {
    for (const { name, uid, asked } of pods)
      if (asked === 'unanswered' && !again.has(uid) && this.cluster.pods.get(name)?.uid === uid)
        this.cluster.touch(name);
  }

  /** The process is killed at any instant, or has lost the Lease: a new one has what the Lease has. */
  protected takeOver(): void {
    this.process = new Process(this.lease, this.faults);
    this.history.restarted(this.process.memory.lastZones);
    for (const request of this.requests) request.awaited = false;
  }

  /** The process is stopped at any instant, also right before its requests go out, and another takes the Lease over. */
  protected freeze(): void {
    for (const request of this.process.takePrepared()) this.requests.push({ ...request, awaited: false });
    this.frozen.push(this.process);
    this.takeOver();
  }

  /** One that was stopped continues, with what it has in mind. */
  protected proceed(pick: Pick): void {
    const process = this.frozen[pick(Math.max(1, this.frozen.length))];
    if (!process) return;
    this.frozen = this.frozen.filter((each) => each !== process);
    const { overwritesLease, continuesBlindly } = this.faults;
    if (overwritesLease) process.write(this.lease, process.memory, this.faults);
    if (continuesBlindly || process.holds(this.lease)) this.turn(process, 9, () => 'accepted');
  }
}

function availableUids({ pods }: Observation, { minReadyMs }: RolloutOptions, nowMs: number): Set<string> {
  const ready = pods.filter(
    ({ terminating, asked, readySinceMs }) =>
      !terminating && asked === undefined && readySinceMs !== undefined && nowMs - readySinceMs >= minReadyMs,
  );
  return new Set(ready.map(({ uid }) => uid));
}
