/**
 * One or two drains in one model cluster, without a webhook: requests that the API server carries out late, answers that
 * are lost, processes that are killed, frozen, continued and started again, watches that lag, controllers that are away,
 * owners without a scale, owners that make pods again on a cordoned node, pods that were down before or fail by
 * themselves, and one budget over all workloads, which only the drains keep.
 */
import type { DrainObservation, DrainPod, DrainWorkload } from '../../../../../plugin/drain/decide/types.ts';
import { Settlement } from '../../../../../shared/removals/decide/former-requests.ts';
import { choose, ModelCluster, type ModelOptions, type ModelPod, type Pick } from '../model.ts';
import { observeModel } from '../observe-model.ts';
import { chooser } from '../simulate.ts';
import type { Conduct } from './conduct.ts';
import { ModelLeases } from './leases.ts';
import { DrainProcess, type Request, type SeenPod, type View } from './process.ts';
import { Witness } from './witness.ts';

export interface Scenario {
  cluster: ModelOptions;
  drains: 1 | 2;
  /** All workloads are under one zone budget, which nothing enforces; the most pods down that it allows. */
  oneBudget: number | undefined;
  /** Pods fail by themselves. */
  trouble: boolean;
  /** The drains may change pods. Without that right, requests of others end by time. */
  mayPatch: boolean;
  seed: number;
  steps: readonly number[];
}

const REQUEST_TIMEOUT_MS = 60_000;
const SETTLED_AFTER_MS = 1_200_000;
/** How often the operator runs a drain again that has stopped, once there is no more trouble. */
const MOST_STARTS = 2;
const BUDGET = 'prod/all';
const KINDS = 40;

export class Drains {
  readonly cluster: ModelCluster;
  readonly witness: Witness;
  private readonly given: Scenario;
  private readonly conduct: Conduct;
  private readonly processes: DrainProcess[];
  private readonly leases = new ModelLeases();
  /** By uid of the pod. */
  private readonly versions = new Map<string, number>();
  private readonly states = new Map<string, string>();
  private requests: Request[] = [];
  private ids = 0;
  private step = 0;
  private controllersAway = false;

  constructor(given: Scenario, conduct: Conduct) {
    this.given = given;
    this.conduct = conduct;
    this.cluster = new ModelCluster(given.cluster, chooser(given.seed));
    this.witness = new Witness(this.cluster, given.oneBudget !== undefined);
    const targets = [...this.cluster.nodes.values()].filter(({ target }) => target);
    // Each has nodes in several zones.
    const parts = Array.from({ length: given.drains }, (_, part) =>
      targets.filter((_node, index) => index % given.drains === part),
    );
    this.processes = parts.map((nodes) => this.start(new Set(nodes.map(({ name }) => name))));
  }

  run(): void {
    for (const number of this.given.steps) {
      this.step += 1;
      this.random(number % KINDS, chooser(Math.floor(number / KINDS)));
      this.afterStep();
      if (this.witness.violation !== undefined) return;
    }
  }

  /**
   * All trouble ends, and the operator runs again what has ended without being done. Returns what is wrong when the drains
   * have had all the time they need: each has to be done, or to say truly what keeps it from that.
   */
  settle(): string | undefined {
    const { cluster, processes } = this;
    this.controllersAway = false;
    for (const zone of new Set([...cluster.nodes.values()].map((node) => node.zone)))
      cluster.addNode(zone, false);
    for (const process of processes) if (process.frozen) this.thaw(process);
    const endMs = cluster.nowMs + SETTLED_AFTER_MS;
    for (let again = MOST_STARTS; cluster.nowMs < endMs; ) {
      this.step += 1;
      const stopped = processes.filter(({ ended, last }) => ended && last?.kind !== 'done');
      if (again > 0) for (const process of stopped) this.restart(process);
      if (stopped.length > 0) again -= 1;
      if (processes.every(({ ended }) => ended)) break;
      for (const process of processes) {
        process.refused.clear();
        this.deliver(process);
        this.drive(process, () => 1);
      }
      while (this.requests.length > 0) this.carryOut(() => 0);
      for (let count = 0; count < 12; count += 1) this.controllers((below) => count % below);
      this.pass(2_000);
      this.afterStep();
      if (this.witness.violation !== undefined) return this.witness.violation;
    }
    for (const process of processes) {
      const wrong = this.unrest(process);
      if (wrong !== undefined) return wrong;
    }
    return undefined;
  }

  /** What is wrong with how a drain stands at the end. */
  private unrest(process: DrainProcess): string | undefined {
    const { cluster } = this;
    const { last } = process;
    if (last?.kind === 'done') {
      const open = [...process.targets].filter((name) => cluster.nodes.get(name)?.cordoned === false);
      if (open.length > 0) return `done, and ${open} not cordoned`;
      const left = [...cluster.pods.values()].find(
        ({ node, workload }) => process.targets.has(node ?? '') && !workload?.sticky,
      );
      return left && `done, and ${left.name} is on ${left.node}`;
    }
    const isBroken = cluster.workloads.some((each) =>
      cluster.namesOf(each).some((name) => cluster.crashing.has(name)),
    );
    const says = last?.kind === 'blocked' ? last.by === 'broken' : last?.kind === 'wait';
    const fix = last && 'fix' in last ? last.fix : undefined;
    const helps =
      /^repair |--ignore-broken/.test(fix ?? '') || (last?.kind === 'wait' && last.for === 'rollout');
    if (isBroken && says && helps) return undefined;
    return `ends with ${JSON.stringify(last)}`;
  }

  private random(kind: number, pick: Pick): void {
    const process = choose(this.processes, pick);
    if (!process) return;
    if (kind < 13) {
      if (pick(4) > 0) this.deliver(process);
      this.drive(process, pick);
    } else if (kind < 18) this.carryOut(pick);
    else if (kind < 27) this.controllers(pick);
    else if (kind < 30) this.pass([10, 1_000, 21_000, 31_000][pick(4)] ?? 0);
    else if (kind === 30) this.loseAnswer(process, pick);
    else if (kind === 31) this.kill(process);
    else if (kind === 32) this.controllersAway = pick(2) === 0;
    else if (kind === 33) process.refused.clear();
    else if (kind === 34) this.interrupt(process);
    else if (kind === 35) this.freeze(process);
    else if (kind === 36 && process.frozen) this.thaw(process);
    else if (kind === 37 && this.given.trouble) this.cluster.podFails(pick);
    else if (kind > 37) this.deliver(process);
  }

  private afterStep(): void {
    this.witness.look(this.step);
    for (const { uid, node, ready, terminating } of this.cluster.pods.values()) {
      const state = `${node} ${ready} ${terminating}`;
      if (this.states.get(uid) !== state) this.change(uid);
      this.states.set(uid, state);
    }
  }

  private change(uid: string): void {
    this.versions.set(uid, (this.versions.get(uid) ?? 0) + 1);
  }

  private start(targets: ReadonlySet<string>): DrainProcess {
    this.ids += 1;
    return new DrainProcess(this.ids, targets, this.conduct, this.look(targets));
  }

  private restart(process: DrainProcess): void {
    this.processes[this.processes.indexOf(process)] = this.start(process.targets);
  }

  private look(targets: ReadonlySet<string>): View {
    const { cluster, step } = this;
    const observation = this.underBudget(observeModel(cluster, targets));
    const scaleless = new Set(cluster.workloads.filter((each) => each.scaleless).map(({ name }) => name));
    const pods = new Map(
      cluster.workloads.map((workload) => {
        const own = [...cluster.pods.values()].filter((pod) => pod.workload === workload);
        return [workload.name, own.map((pod) => this.seenPod(pod))] as const;
      }),
    );
    return { step, observation, pods, scaleless };
  }

  private seenPod(pod: ModelPod): SeenPod {
    const { uid, name, node, ready, terminating } = pod;
    const zone = this.cluster.zoneOf(pod);
    const version = this.versions.get(uid) ?? 0;
    return { uid, name, zone, node, available: ready && !terminating, terminating, version };
  }

  /** The same cluster where all workloads are under one budget. */
  private underBudget(observation: DrainObservation): DrainObservation {
    const { oneBudget } = this.given;
    if (oneBudget === undefined) return observation;
    const zones = new Map<string, { zone: string; expected: number; unavailable: number }>();
    for (const { zone, total, down } of observation.workloads.flatMap((each) => each.zones)) {
      const { expected, unavailable } = zones.get(zone) ?? { expected: 0, unavailable: 0 };
      zones.set(zone, { zone, expected: expected + total, unavailable: unavailable + down.length });
    }
    const view = { maxUnavailable: oneBudget, reservations: [], zones: [...zones.values()] };
    return {
      ...observation,
      zoneBudgets: new Map([[BUDGET, { policy: 'AlwaysAllow', view }]]),
      pods: observation.pods.map((pod) => ({ ...pod, zoneBudgets: [BUDGET] })),
      workloads: observation.workloads.map(
        (each): DrainWorkload => ({ ...each, guard: 'zone-budget', zoneBudgets: [BUDGET] }),
      ),
    };
  }

  private deliver(process: DrainProcess): void {
    if (!process.frozen && !process.ended) process.view = this.look(process.targets);
  }

  /** A turn: observe, decide, act. */
  private drive(process: DrainProcess, pick: Pick): void {
    if (process.frozen || process.ended) return;
    this.settleRequests(process);
    const { nowMs } = this.cluster;
    const observation = process.observe(this.leases, nowMs);
    this.note(process);
    const decision = process.decide(observation, nowMs);
    if (decision.kind === 'claim') for (const key of decision.workloads) this.claim(process, key);
    if (decision.kind === 'cordon') {
      process.memory = decision.memory;
      for (const node of decision.nodes) this.cluster.cordon(node, true);
    }
    if (decision.kind === 'evict') this.evict(process, decision.pods, pick);
    if (decision.kind === 'wait') {
      const given = decision.yields ? [...process.held.keys()] : process.unneeded(observation);
      for (const key of given) this.release(process, key);
    }
    if (decision.kind === 'done' || decision.kind === 'blocked') this.end(process);
  }

  private evict(process: DrainProcess, pods: readonly DrainPod[], pick: Pick): void {
    const seen = new Map([...process.view.pods.values()].flat().map((pod) => [pod.uid, pod]));
    const requests = pods.map(({ uid }): Request => {
      process.asked.set(uid, 'sent');
      const version = seen.get(uid)?.version ?? 0;
      return { uid, version, by: process, basisStep: process.view.step, sentMs: this.cluster.nowMs };
    });
    // Where it may be frozen between two requests.
    const isFrozen = this.given.mayPatch && pick(12) === 0;
    if (isFrozen) {
      process.prepared = requests;
      process.frozen = true;
      return;
    }
    this.requests.push(...requests);
    if (pick(2) === 0) this.carryOut(pick);
  }

  private claim(process: DrainProcess, key: string): void {
    const { nowMs } = this.cluster;
    const before = this.leases.take(key, process.id, nowMs);
    if (before === 'held') return;
    process.held.set(key, nowMs);
    process.settlements.delete(key);
    this.note(process);
    if (!before) return;
    process.takenAt.set(key, this.step);
    if (!before.unsettled) return;
    const lease = this.leases.of(key);
    if (lease && !process.conduct.remembersUnsettled) lease.unsettled = false;
    if (!process.conduct.settles) return;
    const settlement = new Settlement({ kind: 'any', by: 'a drain that died' }, nowMs);
    if (!this.given.mayPatch) settlement.forbidden();
    process.settlements.set(key, settlement);
  }

  /** What it does about requests of holders before it. */
  private settleRequests(process: DrainProcess): void {
    const { nowMs } = this.cluster;
    const { view } = process;
    for (const [key, settlement] of process.settlements) {
      const isUnseen = process.conduct.reaches && view.step <= (process.takenAt.get(key) ?? -1);
      if (isUnseen || !process.hasLease(key, nowMs)) continue;
      const pods = (view.pods.get(key) ?? []).map((pod) => removable(pod));
      const { change } = settlement.look(pods, nowMs);
      for (const { uid } of change) {
        const pod = [...this.cluster.pods.values()].find((each) => each.uid === uid);
        if (!pod) settlement.gone(uid);
        else {
          this.change(uid);
          settlement.changed(removable(this.seenPod(pod)), nowMs);
        }
      }
      if (!settlement.over) continue;
      process.settlements.delete(key);
      const lease = this.leases.of(key);
      if (lease?.holder === process.id) lease.unsettled = false;
    }
  }

  /** Keeps the expected numbers in the Leases that it has. */
  private note(process: DrainProcess): void {
    if (!process.conduct.notes) return;
    for (const [key, { expected }] of process.counts) {
      const lease = this.leases.of(key);
      if (lease && lease.holder === process.id && process.held.has(key)) lease.note = expected;
    }
  }

  private release(process: DrainProcess, key: string): void {
    process.held.delete(key);
    process.settlements.delete(key);
    const lease = this.leases.of(key);
    if (lease?.holder === process.id && process.counts.get(key)?.complete !== false) lease.note = undefined;
    this.leases.release(key, process.id);
  }

  private end(process: DrainProcess): void {
    process.ended = true;
    if (process.conduct.looksLast) process.observe(this.leases, this.cluster.nowMs);
    const uncertain = process.conduct.leaves ? process.uncertain() : new Set<string>();
    for (const key of [...process.held.keys()]) if (!uncertain.has(key)) this.release(process, key);
  }

  /** SIGKILL, and the same command again. */
  private kill(process: DrainProcess): void {
    process.ended = true;
    this.restart(process);
  }

  /** Ctrl-C, and the same command again. */
  private interrupt(process: DrainProcess): void {
    if (process.frozen) return;
    if (!process.ended) this.end(process);
    this.restart(process);
  }

  private freeze(process: DrainProcess): void {
    if (!process.ended) process.frozen = true;
  }

  private thaw(process: DrainProcess): void {
    process.frozen = false;
    const { nowMs } = this.cluster;
    this.requests.push(...process.prepared.map((request) => ({ ...request, sentMs: nowMs })));
    process.prepared = [];
    for (const answer of process.late.splice(0)) answer();
  }

  private carryOut(pick: Pick): void {
    const request = choose(this.requests, pick);
    if (!request) return;
    this.requests = this.requests.filter((each) => each !== request);
    const { uid, version, by } = request;
    const isMet = version === (this.versions.get(uid) ?? 0);
    if (isMet) this.witness.evicted(uid, request.basisStep, this.step);
    const refusal = isMet ? this.cluster.evict(uid) : 'changed';
    const answer = () => {
      if (by.asked.get(uid) !== 'sent') return;
      by.asked.delete(uid);
      if (refusal === undefined) by.accepted.add(uid);
      else by.refused.add(uid);
    };
    if (by.frozen) by.late.push(answer);
    else answer();
  }

  private loseAnswer(process: DrainProcess, pick: Pick): void {
    const sent = [...process.asked].filter(([, state]) => state === 'sent').map(([uid]) => uid);
    const uid = choose(sent, pick);
    if (uid !== undefined) process.asked.set(uid, 'unanswered');
  }

  private controllers(pick: Pick): void {
    this.cluster.podVanishes(pick);
    if (this.controllersAway) return;
    this.cluster.controllerCreates(pick);
    this.cluster.schedulerBinds(pick);
    this.cluster.podBecomesReady(pick);
  }

  private pass(byMs: number): void {
    this.cluster.nowMs += byMs;
    const { nowMs } = this.cluster;
    for (const process of this.processes) {
      if (process.frozen || process.ended) continue;
      for (const key of process.held.keys()) {
        if (this.leases.renew(key, process.id, nowMs)) process.held.set(key, nowMs);
        else process.held.delete(key);
      }
    }
    const over = this.requests.filter(({ sentMs }) => nowMs - sentMs > REQUEST_TIMEOUT_MS);
    this.requests = this.requests.filter((each) => !over.includes(each));
    const open = new Set(this.requests.map(({ uid }) => uid));
    for (const { uid, by } of over) by.asked.delete(uid);
    // The driver makes what was not answered impossible, or waits for as long.
    for (const { asked } of this.processes) {
      for (const [uid, state] of asked) if (state === 'unanswered' && !open.has(uid)) asked.delete(uid);
    }
  }
}

function removable({ uid, terminating, version }: SeenPod) {
  return { uid, terminating, marked: false, resourceVersion: String(version) };
}

/** Pods of two zones that were down by drains in a scenario. */
export function unsafeWith(scenario: Scenario, conduct: Conduct): string | undefined {
  const drains = new Drains(scenario, conduct);
  drains.run();
  return drains.witness.violation;
}

/** The same, or that the drains do not come to rest afterwards. */
export function wrongWith(scenario: Scenario, conduct: Conduct): string | undefined {
  const drains = new Drains(scenario, conduct);
  drains.run();
  return drains.witness.violation ?? drains.settle();
}
