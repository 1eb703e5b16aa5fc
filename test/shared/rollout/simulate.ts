import { emptyMemory, remember } from '../../../shared/rollout/memory.ts';
import { decodeMemory, encodeMemory } from '../../../shared/rollout/memory-text.ts';
import { withEvicted } from '../../../shared/rollout/pods.ts';
import type {
  GateState,
  Observation,
  RolloutDecision,
  RolloutInput,
  RolloutMemory,
  RolloutOptions,
} from '../../../shared/rollout/types.ts';
import { History } from './history.ts';
import { type Violation, violations } from './invariants.ts';
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

/** A driver, its memory and a cluster, moved one random step at a time. */
export class Simulation {
  readonly cluster: ModelCluster;
  readonly found: (Violation & { step: number })[] = [];
  disruptions = 0;
  private memory: RolloutMemory;
  private durable: RolloutMemory;
  private readonly history = new History();
  private seen: Observation[] = [];
  private readonly evicted = new Set<string>();
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

  /** Ends all trouble, and lets everything that can move, move, until the rollout says it is done. */
  settle(maxRounds: number): RolloutDecision {
    const { cluster } = this;
    this.lag = 0;
    this.gate = { ...this.gate, state: 'open' };
    this.options = { ...this.options, replaceUnready: true };
    cluster.unlabelledNodes.clear();
    cluster.leavingRing.clear();
    if (cluster.badRevisions.has(cluster.updateRevision)) cluster.newRevision(false);
    cluster.revisionObserved = true;
    cluster.replicas = Math.max(1, cluster.replicas);
    let decision: RolloutDecision = { kind: 'done', reason: '' };
    for (let round = 0; round < maxRounds; round += 1) {
      decision = this.drive(Number.POSITIVE_INFINITY);
      if (decision.kind === 'done') return decision;
      cluster.nowMs += 1000;
      cluster.controllerDeletesSurplus();
      cluster.podVanishes(() => 0);
      cluster.controllerCreates();
      cluster.schedulerBinds(() => 0);
      cluster.podBecomesReady(() => 0);
    }
    return decision;
  }

  private random(number: number, trouble: boolean): void {
    const { cluster } = this;
    let rest = Math.floor(number / 64);
    const pick = (below: number) => {
      const choice = rest % below;
      rest = Math.floor(rest / below);
      return choice;
    };
    const kind = number % 64;
    if (kind < 16) this.drive(pick(5));
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
    else if (kind === 59 && pick(8) === 0) cluster.newRevision(trouble && pick(2) === 0);
    else if (kind === 60 && pick(8) === 0) cluster.rollBack(pick);
    else if (kind === 61 && pick(8) === 0) cluster.replicas = pick(25);
    else if (kind === 62 && trouble && pick(2) === 0) cluster.podFails(pick);
    else if (kind === 63 && trouble) {
      if (pick(2) === 0) this.toggleLabel(pick(cluster.zones.length));
      else cluster.ringMoves(pick);
    }
  }

  private toggleLabel(index: number): void {
    const { unlabelledNodes, zones } = this.cluster;
    const node = `node-${zones[index]}`;
    if (!unlabelledNodes.delete(node) && this.step % 7 === 0) unlabelledNodes.add(node);
  }

  /** The driver's turn: observe, decide, store, evict up to `evictions` pods before something else happens. */
  private drive(evictions: number): RolloutDecision {
    const { cluster, options } = this;
    this.seen.push(cluster.observe());
    while (this.seen.length > this.lag + 1) this.seen.shift();
    const observation = withEvicted(this.seen[0] ?? cluster.observe(), this.evicted);
    const nowMs = cluster.nowMs;
    this.memory = remember(this.memory, observation, options, nowMs);
    this.history.see(observation, options.minReadyMs, nowMs);

    const input: RolloutInput = { observation, options, memory: this.memory, gates: [this.gate], nowMs };
    const decision = this.decide(input);
    for (const each of violations(input, decision, this.history))
      this.found.push({ ...each, step: this.step });
    if (decision.kind !== 'disrupt') return decision;

    this.memory = decision.memory;
    this.durable = decision.memory;
    this.history.decided(decision, this.availableUids(observation, nowMs));
    for (const { name, uid } of decision.pods.slice(0, evictions)) {
      if (!cluster.evict(name, uid)) continue;
      this.disruptions += 1;
      this.evicted.add(uid);
      this.history.evicted(uid);
    }
    return decision;
  }

  private availableUids(observation: Observation, nowMs: number): Set<string> {
    const ready = observation.pods.filter(
      (pod) =>
        !pod.terminating &&
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
  }
}
