/**
 * Two drains of different nodes in one model cluster, without a webhook: requests that the API server carries out late,
 * answers that are lost, processes that die and are started again, watches and controllers that are away for a while.
 */
import { decideDrain } from '../../../../plugin/drain/decide/decide.ts';
import { emptyDrainMemory, rememberDrain } from '../../../../plugin/drain/decide/memory.ts';
import type { DrainDecision, DrainMemory, DrainObservation } from '../../../../plugin/drain/decide/types.ts';
import { Settlement } from '../../../../shared/removals/decide/former-requests.ts';
import { choose, ModelCluster, type ModelOptions, type ModelWorkload, type Pick } from './model.ts';
import { observeModel } from './observe-model.ts';
import { chooser, type Decide } from './simulate.ts';

export interface Scenario {
  cluster: ModelOptions;
  /** All workloads are under one zone budget, which nothing enforces. */
  oneBudget: boolean;
  seed: number;
  steps: readonly number[];
}

/** What the drains do; broken ones must be noticed. */
export interface Conduct {
  decide: Decide;
  /** Waits for requests of whoever held a Lease before and died. */
  settles: boolean;
}

export const RIGHT: Conduct = { decide: decideDrain, settles: true };

interface Request {
  uid: string;
  version: number;
  by: number;
  sentMs: number;
}

interface Process {
  /** Another one after each start. */
  id: number;
  targets: ReadonlySet<string>;
  memory: DrainMemory;
  /** Whether the answer is awaited, or was lost. */
  asked: Map<string, 'sent' | 'unanswered'>;
  refused: Set<string>;
  settlements: Map<string, Settlement>;
  last: DrainDecision | undefined;
}

interface Lease {
  holder: number;
  /** Its holder died: others wait for the Lease to run out. */
  diedAtMs: number | undefined;
}

const OPTIONS = { zoneOrder: [], maxNodes: undefined, soakMs: 0, pendingMs: 600_000, ignoreBroken: [] };
const LEASE_MS = 30_000;
const REQUEST_TIMEOUT_MS = 60_000;
const SETTLED_AFTER_MS = 600_000;

export class TwoDrains {
  readonly cluster: ModelCluster;
  violation: string | undefined;
  private readonly conduct: Conduct;
  private readonly oneBudget: boolean;
  private readonly processes: Process[];
  private readonly leases = new Map<string, Lease>();
  /** By uid of the pod. */
  private readonly versions = new Map<string, number>();
  private requests: Request[] = [];
  private ids = 0;
  private controllersAway = false;
  private blind = false;

  constructor({ cluster, oneBudget, seed }: Scenario, conduct: Conduct) {
    this.cluster = new ModelCluster(cluster, chooser(seed));
    this.conduct = conduct;
    this.oneBudget = oneBudget;
    const targets = [...this.cluster.nodes.values()].filter(({ target }) => target);
    // Each has nodes in several zones.
    const halves = [
      targets.filter((_, index) => index % 2 === 0),
      targets.filter((_, index) => index % 2 > 0),
    ];
    this.processes = halves.map((nodes) => this.start(new Set(nodes.map(({ name }) => name))));
  }

  run({ steps }: { steps: readonly number[] }): void {
    for (const number of steps) {
      this.step(number % 32, chooser(Math.floor(number / 32)));
      if (this.violation !== undefined) return;
    }
  }

  /** All trouble ends. Returns what is wrong when both drains have had all the time they need. */
  settle(): string | undefined {
    this.controllersAway = false;
    this.blind = false;
    const endMs = this.cluster.nowMs + SETTLED_AFTER_MS;
    while (this.cluster.nowMs < endMs) {
      for (const process of this.processes) {
        process.refused.clear();
        this.drive(process, () => 1);
      }
      if (this.violation !== undefined) return this.violation;
      if (this.processes.every(({ last }) => last?.kind === 'done')) return undefined;
      while (this.requests.length > 0) this.carryOut(() => 0);
      for (let count = 0; count < 12; count += 1) this.controllers(() => 0);
      this.pass(1_000);
    }
    return `ends with ${JSON.stringify(this.processes.map(({ last }) => last))}`;
  }

  private step(kind: number, pick: Pick): void {
    const process = choose(this.processes, pick);
    if (!process) return;
    if (kind < 12) this.drive(process, pick);
    else if (kind < 17) this.carryOut(pick);
    else if (kind < 25) this.controllers(pick);
    else if (kind < 27) this.pass([10, 1_000, 31_000][pick(3)] ?? 0);
    else if (kind === 27) this.loseAnswer(process, pick);
    else if (kind === 28) this.die(process);
    else if (kind === 29) this.controllersAway = pick(2) === 0;
    else if (kind === 30) this.blind = pick(3) === 0;
    else process.refused.clear();
  }

  private start(targets: ReadonlySet<string>): Process {
    this.ids += 1;
    const memory = emptyDrainMemory();
    const [asked, refused] = [new Map(), new Set<string>()];
    return { id: this.ids, targets, memory, asked, refused, settlements: new Map(), last: undefined };
  }

  private drive(process: Process, pick: Pick): void {
    if (this.blind) return;
    const { nowMs } = this.cluster;
    const observation = this.observe(process);
    process.memory = rememberDrain(process.memory, observation, nowMs, OPTIONS);
    const input = { observation, options: OPTIONS, memory: process.memory, nowMs };
    const decision = this.conduct.decide(input);
    process.last = decision;
    if (decision.kind === 'claim') for (const key of decision.workloads) this.claim(process, key);
    if (decision.kind === 'cordon') {
      process.memory = decision.memory;
      for (const node of decision.nodes) this.cluster.cordon(node, true);
    }
    if (decision.kind === 'evict') {
      for (const { uid } of decision.pods) {
        const version = this.versions.get(uid) ?? 0;
        process.asked.set(uid, 'sent');
        this.requests.push({ uid, version, by: process.id, sentMs: nowMs });
      }
      if (pick(2) === 0) this.carryOut(pick);
    }
    const gives = (decision.kind === 'wait' && decision.yields) || decision.kind === 'done';
    if (gives)
      for (const [key, { holder }] of this.leases) if (holder === process.id) this.leases.delete(key);
  }

  private observe(process: Process): DrainObservation {
    const seen = observeModel(this.cluster, process.targets);
    const budget = 'prod/all';
    const pods = seen.pods.map((pod) => {
      const asked = process.asked.get(pod.uid);
      if (pod.terminating) process.asked.delete(pod.uid);
      return {
        ...pod,
        asked: asked === 'sent',
        unanswered: asked === 'unanswered',
        refused: process.refused.has(pod.uid) ? 'refused by the model' : undefined,
      };
    });
    const workloads = seen.workloads.map((workload) => ({
      ...workload,
      ...this.turnOf(process, workload.key),
      ...(this.oneBudget && { zoneBudgets: [budget] }),
    }));
    return { ...seen, pods, workloads };
  }

  /** What of the workload's Lease the process sees, and what it does about requests of the holder before. */
  private turnOf(process: Process, key: string) {
    const none = { rolloutHolder: undefined, unclaimed: undefined, settling: undefined };
    const lease = this.leases.get(key);
    if (!lease || this.isOver(lease)) return { ...none, unclaimed: { problem: undefined } };
    if (lease.holder !== process.id) return { ...none, rolloutHolder: `drain-${lease.holder}` };
    const settlement = process.settlements.get(key);
    if (!settlement || !this.conduct.settles) return none;
    const { change } = settlement.look(this.removable(key), this.cluster.nowMs);
    for (const { uid } of change) this.versions.set(uid, (this.versions.get(uid) ?? 0) + 1);
    const changed = new Set(change.map(({ uid }) => uid));
    for (const pod of this.removable(key)) {
      if (changed.has(pod.uid)) settlement.changed(pod, this.cluster.nowMs);
    }
    return settlement.over ? none : { ...none, settling: 'requests of a drain that died' };
  }

  private removable(key: string) {
    return [...this.cluster.pods.values()]
      .filter(({ workload }) => workload?.name === key)
      .map(({ uid, terminating }) => ({
        uid,
        terminating,
        marked: false,
        resourceVersion: String(this.versions.get(uid) ?? 0),
      }));
  }

  private isOver({ diedAtMs }: Lease): boolean {
    return diedAtMs !== undefined && this.cluster.nowMs - diedAtMs >= LEASE_MS;
  }

  private claim(process: Process, key: string): void {
    const lease = this.leases.get(key);
    if (lease && !this.isOver(lease)) return;
    this.leases.set(key, { holder: process.id, diedAtMs: undefined });
    process.settlements.delete(key);
    if (!lease) return;
    const former = { kind: 'any', by: `drain-${lease.holder}` } as const;
    process.settlements.set(key, new Settlement(former, this.cluster.nowMs));
  }

  private carryOut(pick: Pick): void {
    const request = choose(this.requests, pick);
    if (!request) return;
    this.requests = this.requests.filter((each) => each !== request);
    const { uid, version, by } = request;
    const process = this.processes.find(({ id }) => id === by);
    const isMet = version === (this.versions.get(uid) ?? 0);
    const refusal = isMet ? this.cluster.evict(uid) : 'changed';
    if (process?.asked.get(uid) === 'sent') {
      process.asked.delete(uid);
      if (refusal !== undefined) process.refused.add(uid);
    }
    this.judge();
  }

  private loseAnswer(process: Process, pick: Pick): void {
    const sent = [...process.asked].filter(([, state]) => state === 'sent').map(([uid]) => uid);
    const uid = choose(sent, pick);
    if (uid !== undefined) process.asked.set(uid, 'unanswered');
  }

  /** SIGKILL, and the same command again. */
  private die(process: Process): void {
    for (const lease of this.leases.values()) {
      if (lease.holder === process.id) lease.diedAtMs = this.cluster.nowMs;
    }
    this.processes[this.processes.indexOf(process)] = this.start(process.targets);
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
    const over = this.requests.filter(({ sentMs }) => nowMs - sentMs > REQUEST_TIMEOUT_MS);
    this.requests = this.requests.filter((each) => !over.includes(each));
    // The driver makes what was not answered impossible, or waits for as long.
    for (const { uid, by } of over) this.processes.find(({ id }) => id === by)?.asked.delete(uid);
    for (const { asked } of this.processes) {
      for (const [uid, state] of asked) {
        if (state === 'unanswered' && !this.requests.some((each) => each.uid === uid)) asked.delete(uid);
      }
    }
  }

  private judge(): void {
    const { workloads } = this.cluster;
    const groups: ModelWorkload[][] = this.oneBudget ? [workloads] : workloads.map((each) => [each]);
    for (const group of groups) {
      const down = group.flatMap((workload) => this.cluster.downOf(workload));
      const zones = new Set(down.map(({ zone }) => zone));
      if (zones.size > 1)
        this.violation ??= `down together: ${down.map(({ name, zone }) => `${name} of ${zone}`)}`;
    }
  }
}
