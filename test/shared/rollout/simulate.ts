import { type RemovablePod, UnansweredRemovals } from '../../../shared/removal/unanswered.ts';
import { emptyMemory, forSuccessors, remember } from '../../../shared/rollout/memory.ts';
import { decodeMemory, encodeMemory } from '../../../shared/rollout/memory-text.ts';
import { withAsked, withEvicted } from '../../../shared/rollout/pods.ts';
import type {
  GateState,
  Observation,
  RolloutDecision,
  RolloutInput,
  RolloutMemory,
  RolloutOptions,
} from '../../../shared/rollout/types.ts';
import { History } from './history.ts';
import { type OpenRequest, type Violation, violations } from './invariants.ts';
import { ModelCluster, type ModelOptions } from './model.ts';

export type Decide = (input: RolloutInput) => RolloutDecision;

export interface Scenario {
  cluster: ModelOptions;
  options: RolloutOptions;
  /** Observations that the driver is behind the truth. */
  lag: number;
  /** Pods fail by themselves, revisions are bad, labels vanish. */
  trouble: boolean;
  /** Each number is one step: which one, and its choices. */
  steps: readonly number[];
}

/** An eviction on its way: it may be carried out as long as its pod is what it was bound to. */
interface Request {
  name: string;
  uid: string;
  version: number;
  /** The process that sent it waits for its answer. */
  awaited: boolean;
}

/** What becomes of an eviction, as far as the driver can tell. */
type Fate = 'accepted' | 'refused' | 'late' | 'lost';
const FATES: readonly Fate[] = [
  'accepted',
  'accepted',
  'accepted',
  'accepted',
  'refused',
  'late',
  'late',
  'lost',
];

/** After so many rounds nothing moves by itself any more that could lift a block. */
const PATIENCE = 150;
const BAD = [undefined, undefined, 'unready', 'unschedulable'] as const;

/** A driver, its memory and a cluster, moved one random step at a time. */
export class Simulation {
  readonly cluster: ModelCluster;
  readonly found: (Violation & { step: number })[] = [];
  disruptions = 0;
  private memory: RolloutMemory;
  private durable: RolloutMemory;
  private readonly history = new History();
  private seen: { observation: Observation; pods: RemovablePod[] }[] = [];
  private readonly evicted = new Set<string>();
  private requests: Request[] = [];
  private unanswered = new UnansweredRemovals();
  private gate: GateState = { name: 'alarm', state: 'open', reason: 'test' };
  private step = 0;
  private lag: number;
  private options: RolloutOptions;
  private readonly decide: Decide;

  constructor(scenario: Scenario, decide: Decide) {
    this.cluster = new ModelCluster(scenario.cluster);
    this.decide = decide;
    this.lag = scenario.lag;
    this.options = scenario.options;
    this.memory = emptyMemory(this.cluster.updateRevision);
    this.durable = this.memory;
  }

  /** Runs all steps of the scenario. */
  run(scenario: Scenario): void {
    for (const number of scenario.steps) {
      this.random(number, scenario.trouble);
      this.step += 1;
    }
  }

  /**
   * Ends all trouble, and lets everything that can move, move, until the rollout says it is done. Where it says that a
   * flag would help, the flag is given.
   */
  settle(maxRounds: number): RolloutDecision {
    const { cluster } = this;
    this.lag = 0;
    this.gate = { ...this.gate, state: 'open' };
    this.options = { ...this.options, replaceUnready: false };
    cluster.unlabelledNodes.clear();
    for (const request of this.requests) if (request.awaited) this.answerLost(request);
    const bad = cluster.badRevisions.has(cluster.updateRevision);
    if (bad || cluster.unschedulable.has(cluster.updateRevision)) cluster.newRevision(undefined);
    cluster.revisionObserved = true;
    cluster.replicas = Math.max(1, cluster.replicas);
    let decision: RolloutDecision = { kind: 'done', reason: '' };
    for (let round = 0; round < maxRounds; round += 1) {
      decision = this.drive(Number.POSITIVE_INFINITY, () => 'accepted');
      if (decision.kind === 'done') return decision;
      this.controllersMove();
      const flagHelps = decision.kind === 'blocked' && decision.fix.includes('--replace-unready');
      if (round < PATIENCE || !flagHelps) continue;
      this.options = { ...this.options, replaceUnready: true };
    }
    return decision;
  }

  /** What controllers and kubelets do by themselves. */
  private controllersMove(): void {
    const { cluster } = this;
    cluster.nowMs += 1000;
    cluster.controllerDeletesSurplus();
    cluster.podVanishes(() => 0);
    cluster.controllerCreates();
    cluster.schedulerBinds(() => 0);
    cluster.podBecomesReady(() => 0);
  }

  private random(number: number, trouble: boolean): void {
    const { cluster } = this;
    let rest = Math.floor(number / 64);
    const pick = (below: number) => {
      const choice = rest % below;
      rest = Math.floor(rest / below);
      return choice;
    };
    const kind = number % 72;
    if (kind < 16) this.drive(pick(5), () => FATES[pick(FATES.length)] ?? 'accepted');
    else if (kind < 22) cluster.podVanishes(pick);
    else if (kind < 28) cluster.controllerCreates();
    else if (kind < 34) cluster.schedulerBinds(pick);
    else if (kind < 46) cluster.podBecomesReady(pick);
    else if (kind < 54) cluster.nowMs += [1, 100, 1000, 20_000][pick(4)] ?? 1;
    else if (kind === 54) cluster.controllerDeletesSurplus();
    else if (kind < 57) cluster.revisionObserved = true;
    else if (kind === 57)
      this.gate = { ...this.gate, state: (['open', 'closed', 'unknown'] as const)[pick(3)] ?? 'open' };
    else if (kind === 58) this.crash();
    else if (kind === 59 && pick(8) === 0) cluster.newRevision(BAD[trouble ? pick(BAD.length) : 0]);
    else if (kind === 60 && pick(8) === 0) cluster.rollBack(pick);
    else if (kind === 61 && pick(8) === 0) cluster.replicas = pick(25);
    else if (kind === 62 && trouble && pick(2) === 0) cluster.podFails(pick);
    else if (kind === 63 && trouble) this.toggleLabel(pick(cluster.zones.length));
    else if (kind >= 64) this.move(kind, pick);
  }

  /** Something happens to an eviction on its way. */
  private move(kind: number, pick: (below: number) => number): void {
    const request = this.requests[pick(Math.max(1, this.requests.length))];
    if (kind === 71) this.cluster.touch(`ingester-${pick(Math.max(1, this.cluster.replicas))}`);
    if (kind === 70) this.cluster.revisionObserved = true;
    if (!request) return;
    if (kind < 66) this.carryOut(request);
    else if (kind === 66) this.answerLost(request);
    else if (kind === 67) this.drop(request);
    else if (kind === 68 && pick(4) === 0) this.cluster.newRevision(undefined, true);
  }

  private carryOut(request: Request): void {
    const gone = this.cluster.pods.get(request.name)?.uid !== request.uid;
    const happened = this.cluster.evict(request);
    if (happened) {
      this.disruptions += 1;
      this.history.evicted(request.uid);
    }
    if (request.awaited) {
      if (happened || gone) this.evicted.add(request.uid);
      if (happened || gone) this.unanswered.settle(request.uid);
    }
    this.drop(request);
  }

  private answerLost(request: Request): void {
    if (request.awaited) this.unanswered.add(request.uid, String(request.version));
    request.awaited = false;
  }

  private drop(request: Request): void {
    this.requests = this.requests.filter((each) => each !== request);
  }

  /** What the API server may still carry out, as it is in truth. */
  private open(): OpenRequest[] {
    return this.requests.flatMap(({ name, uid, version }) => {
      const pod = this.cluster.pods.get(name);
      const possible = pod?.uid === uid && pod.version === version && !pod.terminating;
      return possible && pod.zone !== undefined ? [{ name, uid, zone: pod.zone }] : [];
    });
  }

  private askedOf(uid: string): 'sent' | 'unanswered' | undefined {
    if (this.requests.some((request) => request.awaited && request.uid === uid)) return 'sent';
    return this.unanswered.has(uid) ? 'unanswered' : undefined;
  }

  private toggleLabel(index: number): void {
    const { unlabelledNodes, zones } = this.cluster;
    const node = `node-${zones[index]}`;
    if (!unlabelledNodes.delete(node) && this.step % 7 === 0) unlabelledNodes.add(node);
  }

  /** The driver's turn: observe, decide, store, evict up to `evictions` pods before something else happens. */
  private drive(evictions: number, fate: () => Fate): RolloutDecision {
    const { cluster, options } = this;
    this.seen.push({ observation: cluster.observe(), pods: cluster.removable() });
    while (this.seen.length > this.lag + 1) this.seen.shift();
    const [sight] = this.seen;
    if (!sight) throw new Error('nothing is seen');
    const versions = new Map(sight.pods.map((pod) => [pod.uid, pod.resourceVersion]));
    const nowMs = cluster.nowMs;
    this.unanswered.look(sight.pods, nowMs);
    const evicted = withEvicted(sight.observation, this.evicted);
    const observation = withAsked(evicted, (uid) => this.askedOf(uid));
    this.memory = remember(this.memory, observation, options, nowMs);
    this.history.see(observation, options.minReadyMs, nowMs);

    const input: RolloutInput = { observation, options, memory: this.memory, gates: [this.gate], nowMs };
    const decision = this.decide(input);
    for (const each of violations(input, decision, this.history, this.open()))
      this.found.push({ ...each, step: this.step });
    const chosen = decision.kind === 'disrupt' ? decision.pods : [];
    this.ruleOut(observation, new Set(chosen.map(({ uid }) => uid)));
    if (decision.kind !== 'disrupt') return decision;

    this.memory = decision.memory;
    this.durable = forSuccessors(decision.memory, observation);
    const idle = new Set(observation.pods.filter((pod) => pod.node === undefined).map(({ uid }) => uid));
    if (!chosen.every(({ uid }) => idle.has(uid)))
      this.history.decided(decision, this.availableUids(observation, nowMs));
    for (const { name, uid } of chosen.slice(0, evictions)) {
      if (this.askedOf(uid) === 'sent') continue;
      this.send({ name, uid, version: Number(versions.get(uid)), awaited: true }, fate());
    }
    return decision;
  }

  private send(request: Request, fate: Fate): void {
    if (fate === 'refused') return;
    this.requests.push(request);
    if (fate === 'accepted') this.carryOut(request);
    if (fate === 'lost') this.answerLost(request);
  }

  /** Evictions that nobody asks for again are made impossible. */
  private ruleOut({ pods }: Observation, again: ReadonlySet<string>): void {
    for (const { name, uid, asked } of pods)
      if (asked === 'unanswered' && !again.has(uid) && this.cluster.pods.get(name)?.uid === uid)
        this.cluster.touch(name);
  }

  private availableUids(observation: Observation, nowMs: number): Set<string> {
    const ready = observation.pods.filter(
      (pod) =>
        !pod.terminating &&
        pod.asked === undefined &&
        pod.readySinceMs !== undefined &&
        nowMs - pod.readySinceMs >= this.options.minReadyMs,
    );
    return new Set(ready.map((pod) => pod.uid));
  }

  /** SIGKILL at any instant: a new process has what the Lease has. */
  private crash(): void {
    const restored = decodeMemory(encodeMemory(this.durable));
    if (!restored) throw new Error('the memory did not survive its own encoding');
    this.memory = restored;
    this.durable = restored;
    this.history.restarted(restored.lastZones);
    this.seen = [];
    this.evicted.clear();
    this.unanswered = new UnansweredRemovals();
    this.unanswered.suspect(restored.inFlight.map(({ uid }) => uid));
    for (const request of this.requests) request.awaited = false;
  }
}
