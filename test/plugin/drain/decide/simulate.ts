import { decideDrain } from '../../../../plugin/drain/decide/decide.ts';
import { emptyDrainMemory, rememberDrain } from '../../../../plugin/drain/decide/memory.ts';
import type {
  DrainDecision,
  DrainInput,
  DrainMemory,
  DrainObservation,
  DrainOptions,
} from '../../../../plugin/drain/decide/types.ts';
import { History } from './history.ts';
import { type Violation, violations } from './invariants.ts';
import { choose, ModelCluster, type ModelOptions, type Pick } from './model.ts';
import { observeModel } from './observe-model.ts';

export type Decide = (input: DrainInput) => DrainDecision;

export interface Scenario {
  cluster: ModelOptions;
  options: DrainOptions;
  /** Observations that the driver is behind the truth. */
  lag: number;
  /** Pods fail by themselves, others evict and uncordon, rollouts begin. */
  trouble: boolean;
  seed: number;
  /** Each number is one step: which one, and its choices. */
  steps: readonly number[];
}

/** A driver, its memory and a cluster, moved one random step at a time. */
export class Simulation {
  readonly cluster: ModelCluster;
  readonly found: (Violation & { step: number })[] = [];
  readonly decisions = new Map<string, number>();
  private memory: DrainMemory = emptyDrainMemory();
  private readonly history = new History();
  private seen: { observation: DrainObservation; version: number }[] = [];
  private readonly asked = new Set<string>();
  private readonly accepted = new Set<string>();
  private readonly refused = new Set<string>();
  /** By node, the version of the cluster at which this driver cordoned it. */
  private readonly cordoned = new Map<string, number>();
  private step = 0;
  private lag: number;
  private readonly options: DrainOptions;
  private readonly decide: Decide;

  constructor(scenario: Scenario, decide: Decide) {
    this.cluster = new ModelCluster(scenario.cluster, chooser(scenario.seed));
    this.decide = decide;
    this.lag = scenario.lag;
    this.options = scenario.options;
  }

  /** Runs all steps of the scenario. */
  run({ steps, trouble }: Scenario): void {
    for (const number of steps) {
      this.random(number, trouble);
      this.step += 1;
    }
  }

  /** Ends all trouble, and lets everything that can move, move, until the drain says it is done. */
  settle(maxRounds: number): DrainDecision {
    const { cluster } = this;
    this.lag = 0;
    for (const zone of new Set([...cluster.nodes.values()].map((node) => node.zone))) {
      cluster.addNode(zone, false);
    }
    for (const node of cluster.nodes.values()) if (!node.target) node.cordoned = false;
    for (const workload of cluster.workloads) {
      if (workload.rolloutHolder !== 'drain') workload.rolloutHolder = undefined;
    }
    let decision: DrainDecision = { kind: 'done', reason: '' };
    for (let round = 0; round < maxRounds; round += 1) {
      this.refused.clear();
      decision = this.drive(() => 0);
      if (decision.kind === 'done') return decision;
      // Where it is not for ever, the operator runs the same command again.
      if (decision.kind === 'blocked' && decision.by === 'broken' && cluster.crashing.size > 0)
        return decision;
      if (decision.kind === 'wait' && decision.fix !== undefined && decision.recheckAtMs === undefined) {
        if (round > 100) return decision;
      }
      // The operator does as the decision says.
      if (decision.kind === 'blocked' && decision.by === 'zone-label') {
        for (const node of cluster.nodes.values()) node.zone ??= 'zone-z';
      }
      cluster.nowMs += 1000;
      while (this.asked.size > 0) this.answer(() => 0);
      for (let count = 0; count < 5; count += 1) {
        cluster.podVanishes(() => 0);
        cluster.controllerCreates(() => 0);
        for (let each = 0; each < cluster.pods.size; each += 1)
          cluster.schedulerBinds((below) => each % below);
        cluster.podBecomesReady(() => 0);
      }
    }
    return decision;
  }

  private random(number: number, trouble: boolean): void {
    const { cluster } = this;
    const pick = chooser(Math.floor(number / 64));
    const kind = number % 64;
    if (kind < 18) this.drive(pick);
    else if (kind < 26) this.answer(pick);
    else if (kind < 32) cluster.podVanishes(pick);
    else if (kind < 37) cluster.controllerCreates(pick);
    else if (kind < 43) cluster.schedulerBinds(pick);
    else if (kind < 51) cluster.podBecomesReady(pick);
    else if (kind < 55) cluster.nowMs += [1, 1000, 20_000, 60_000][pick(4)] ?? 1;
    else if (kind === 55) this.refused.clear();
    else if (!trouble || pick(3) > 0) return;
    else if (kind === 56) this.crash(pick);
    else if (kind < 59) cluster.podFails(pick);
    else if (kind === 59) this.toggleCordon(pick);
    else if (kind === 60) this.toggleRollout(pick);
    else if (kind < 63) this.anotherEvicts(pick);
    else cluster.addNode(undefined, false);
  }

  /** The driver's turn: observe, decide, carry out. */
  private drive(pick: Pick): DrainDecision {
    const { cluster, options } = this;
    this.seen.push({ observation: observeModel(cluster), version: cluster.version });
    while (this.seen.length > this.lag + 1) this.seen.shift();
    const observation = this.overlay();
    const { nowMs } = cluster;
    this.memory = rememberDrain(this.memory, observation, nowMs, options);
    this.history.see(observation, nowMs, options);

    const decision = this.decide({ observation, options, memory: this.memory, nowMs });
    const fresh = this.lag === 0 ? cluster : undefined;
    const input: DrainInput = { observation, options, memory: this.memory, nowMs };
    for (const each of violations(input, decision, this.history, fresh)) {
      this.found.push({ ...each, step: this.step });
    }
    const kind = decision.kind === 'wait' ? decision.for : decision.kind;
    this.decisions.set(kind, (this.decisions.get(kind) ?? 0) + 1);

    if (decision.kind === 'claim') this.claim(decision.workloads);
    if (decision.kind === 'wait' && decision.yields) this.giveBack();
    if (decision.kind === 'cordon') {
      this.memory = decision.memory;
      this.history.cordoned(decision);
      for (const name of decision.nodes) {
        cluster.cordon(name, true);
        this.cordoned.set(name, cluster.version);
      }
    }
    if (decision.kind === 'evict') {
      this.history.evicted(decision.pods);
      for (const { uid } of decision.pods) this.asked.add(uid);
      if (pick(2) === 0) this.answer(pick);
    }
    return decision;
  }

  /** Takes Leases that are free by now, whatever was seen. */
  private claim(keys: readonly string[]): void {
    for (const workload of this.cluster.workloads) {
      if (keys.includes(workload.name)) workload.rolloutHolder ??= 'drain';
    }
  }

  private giveBack(): void {
    for (const workload of this.cluster.workloads) {
      if (workload.rolloutHolder === 'drain') workload.rolloutHolder = undefined;
    }
  }

  /** The oldest look that is remembered, with what the driver itself has done since. */
  private overlay(): DrainObservation {
    const [look] = this.seen;
    const { observation, version } = look ?? { observation: observeModel(this.cluster), version: 0 };
    return {
      ...observation,
      nodes: observation.nodes.map((node) => ({
        ...node,
        cordoned: node.cordoned || version < (this.cordoned.get(node.name) ?? 0),
      })),
      // What is held is known at once, and what others hold only from the watch.
      workloads: observation.workloads.map((workload) => {
        const holder = this.cluster.workloads.find(({ name }) => name === workload.key)?.rolloutHolder;
        return holder === 'drain'
          ? { ...workload, rolloutHolder: undefined, unclaimed: undefined }
          : workload;
      }),
      pods: observation.pods.map((pod) => ({
        ...pod,
        asked: this.asked.has(pod.uid),
        terminating: pod.terminating || this.accepted.has(pod.uid),
        refused: this.refused.has(pod.uid) ? 'refused by the model' : undefined,
      })),
    };
  }

  /** A request of the driver comes to its end. */
  private answer(pick: Pick): void {
    const uid = choose([...this.asked], pick);
    if (uid === undefined) return;
    this.asked.delete(uid);
    if (this.cluster.evict(uid) === undefined) {
      this.accepted.add(uid);
      return;
    }
    this.refused.add(uid);
    this.history.removed.delete(uid);
  }

  /** SIGKILL at any instant: some of the requests under way arrive, nothing is remembered. */
  private crash(pick: Pick): void {
    for (const uid of this.asked) {
      const arrives = pick(2) === 0;
      if (!arrives || this.cluster.evict(uid) !== undefined) this.history.removed.delete(uid);
    }
    this.giveBack();
    this.asked.clear();
    this.accepted.clear();
    this.refused.clear();
    this.cordoned.clear();
    this.seen = [];
    this.memory = emptyDrainMemory();
    this.history.restarted();
  }

  private toggleCordon(pick: Pick): void {
    const node = choose([...this.cluster.nodes.values()], pick);
    if (node) this.cluster.cordon(node.name, !node.cordoned);
  }

  private toggleRollout(pick: Pick): void {
    const workload = choose(this.cluster.workloads, pick);
    if (!workload || workload.rolloutHolder === 'drain') return;
    workload.rolloutHolder = workload.rolloutHolder === undefined ? 'alice' : undefined;
    this.cluster.version += 1;
  }

  private anotherEvicts(pick: Pick): void {
    const pod = choose([...this.cluster.pods.values()], pick);
    if (pod) this.cluster.evict(pod.uid);
  }
}

/**
 * What is wrong with a drain that has had all the time it needs since the last trouble: it has to be done, or blocked
 * for a reason that is true and with what would help.
 */
export function stuckAfter(scenario: Scenario): string[] {
  const simulation = new Simulation(scenario, decideDrain);
  simulation.run(scenario);
  const last = simulation.settle(1500);
  const wrong = simulation.found.map(({ rule, step, what }) => `${rule} at step ${step}: ${what}`);
  const { cluster } = simulation;
  if (last.kind === 'blocked' && last.by === 'broken') {
    if (cluster.crashing.size === 0) wrong.push('blocked by a broken workload, and none is broken');
    if (last.held.length === 0) wrong.push('blocked, and holds no pod');
    if (!/^repair statefulset\/w\d/.test(last.fix)) wrong.push(`says ${last.fix}`);
    return wrong;
  }
  const crashing = cluster.workloads.find((workload) =>
    cluster.namesOf(workload).some((name) => cluster.crashing.has(name)),
  );
  if (
    last.kind === 'wait' &&
    crashing &&
    last.fix?.includes(`--ignore-broken prod/statefulset/${crashing.name}`)
  ) {
    return wrong;
  }
  if (last.kind !== 'done') return [...wrong, `ends with ${JSON.stringify(last)}`];
  const targets = [...cluster.nodes.values()].filter((node) => node.target);
  const names = new Set(targets.map(({ name }) => name));
  for (const node of targets) if (!node.cordoned) wrong.push(`${node.name} is not cordoned`);
  for (const pod of cluster.pods.values()) {
    if (names.has(pod.node ?? '')) wrong.push(`${pod.name} is on ${pod.node}`);
  }
  return wrong;
}

/** Choices drawn from one number. */
export function chooser(seed: number): Pick {
  let state = seed % 2 ** 31;
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return (state >>> 8) % below;
  };
}
