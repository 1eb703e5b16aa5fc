import { isWhole } from '../../../../../plugin/drain/decide/available.ts';
import { expectedPods } from '../../../../../plugin/drain/decide/expected-pods.ts';
import { emptyDrainMemory, rememberDrain } from '../../../../../plugin/drain/decide/memory.ts';
import { withSharers } from '../../../../../plugin/drain/decide/turns.ts';
import type {
  DrainDecision,
  DrainMemory,
  DrainObservation,
  DrainOptions,
  DrainWorkload,
} from '../../../../../plugin/drain/decide/types.ts';
import { Returns } from '../../../../../plugin/drain/returns.ts';
import { tallyZones } from '../../../../../shared/kube/zones.ts';
import type { Settlement } from '../../../../../shared/removals/decide/former-requests.ts';
import type { Conduct } from './conduct.ts';
import { type ModelLeases, mayAct } from './leases.ts';

export const OPTIONS: DrainOptions = {
  zoneOrder: [],
  maxNodes: undefined,
  soakMs: 0,
  pendingMs: 60_000,
  ignoreBroken: [],
};

export interface SeenPod {
  uid: string;
  name: string;
  zone: string | undefined;
  node: string | undefined;
  available: boolean;
  terminating: boolean;
  version: number;
}

/** What the watches of a process have shown last. */
export interface View {
  step: number;
  observation: DrainObservation;
  /** All pods, by workload. */
  pods: ReadonlyMap<string, readonly SeenPod[]>;
  /** Workloads whose kinds have no scale. */
  scaleless: ReadonlySet<string>;
}

export interface Request {
  uid: string;
  /** Its precondition. */
  version: number;
  by: DrainProcess;
  /** The step whose state the process had seen. */
  basisStep: number;
  sentMs: number;
}

/** One process that drains nodes, between the steps in which it acts. */
export class DrainProcess {
  readonly id: number;
  readonly targets: ReadonlySet<string>;
  readonly conduct: Conduct;
  memory: DrainMemory = emptyDrainMemory();
  view: View;
  last: DrainDecision | undefined;
  /** Its process has ended, or was killed. */
  ended = false;
  frozen = false;
  /** Decided on, and not sent when it was frozen. */
  prepared: Request[] = [];
  /** Answers that arrived while it was frozen. */
  readonly late: (() => void)[] = [];
  /** Whether the answer is awaited, or was lost. */
  readonly asked = new Map<string, 'sent' | 'unanswered'>();
  readonly accepted = new Set<string>();
  readonly refused = new Set<string>();
  /** The Leases that it believes it has, with when it renewed them. */
  readonly held = new Map<string, number>();
  readonly settlements = new Map<string, Settlement>();
  /** The step in which a Lease was taken that another process had before. */
  readonly takenAt = new Map<string, number>();
  /** By workload without a scale. */
  readonly counts = new Map<string, { expected: number; complete: boolean }>();
  private readonly known = new Map<string, number>();
  /** Where pods of such workloads were seen, by name. */
  private readonly lastZones = new Map<string, string>();
  private readonly returns = new Returns();
  /** Pods that it leaves alone. */
  staying: ReadonlySet<string> = new Set();

  constructor(id: number, targets: ReadonlySet<string>, conduct: Conduct, view: View) {
    this.id = id;
    this.targets = targets;
    this.conduct = conduct;
    this.view = view;
  }

  /** What it decides on. */
  observe(leases: ModelLeases, nowMs: number): DrainObservation {
    const { observation, pods } = this.view;
    const present = new Set([...pods.values()].flat().map(({ uid }) => uid));
    for (const uid of [...this.asked.keys(), ...this.accepted]) {
      if (present.has(uid)) continue;
      this.asked.delete(uid);
      this.accepted.delete(uid);
    }
    this.staying = this.findReturned();
    const counted = observation.workloads.flatMap((each) => this.counted(each, leases) ?? []);
    const keys = new Set(counted.map(({ key }) => key));
    return {
      ...observation,
      workloads: counted.map((each) => ({ ...each, ...this.turnOf(each.key, leases, nowMs) })),
      pods: observation.pods
        .filter(({ uid }) => !this.staying.has(uid))
        .map((pod) => ({
          ...pod,
          terminating: pod.terminating || this.accepted.has(pod.uid),
          asked: this.asked.get(pod.uid) === 'sent',
          unanswered: this.asked.get(pod.uid) === 'unanswered',
          refused: this.refused.has(pod.uid) ? 'refused by the model' : undefined,
          workload: keys.has(pod.workload ?? '') ? pod.workload : undefined,
        })),
    };
  }

  decide(observation: DrainObservation, nowMs: number): DrainDecision {
    this.memory = rememberDrain(this.memory, observation, nowMs, OPTIONS);
    const decision = this.conduct.decide({ observation, options: OPTIONS, memory: this.memory, nowMs });
    this.last = decision;
    return decision;
  }

  /** Whether it would act on this Lease. */
  hasLease(key: string, nowMs: number): boolean {
    const renewedMs = this.held.get(key);
    return this.conduct.expires ? mayAct(renewedMs, nowMs) : renewedMs !== undefined;
  }

  /** The Leases that it needs no more. */
  unneeded(observation: DrainObservation): string[] {
    const busy = new Set(observation.pods.map(({ workload }) => workload));
    const needed = observation.workloads.filter((each) => busy.has(each.key) || !isWhole(each));
    const kept = new Set(
      withSharers(observation, new Set(needed.map(({ key }) => key))).map(({ key }) => key),
    );
    return [...this.held.keys()].filter((key) => !kept.has(key));
  }

  /** Workloads with requests that may still be carried out. */
  uncertain(): Set<string> {
    const uids = new Set(this.asked.keys());
    return new Set(
      [...this.view.pods].flatMap(([key, pods]) => (pods.some(({ uid }) => uids.has(uid)) ? key : [])),
    );
  }

  private findReturned(): ReadonlySet<string> {
    if (!this.conduct.endsReturns) return new Set();
    const staying = new Set<string>();
    const { nodes, pods } = this.view.observation;
    for (const node of nodes) {
      const records = pods
        .filter((pod) => pod.node === node.name && pod.workload !== undefined)
        .map(({ uid, terminating, workload = '' }) => {
          const controller = { apiVersion: 'example.com/v1', kind: 'Set', name: workload, uid: workload };
          return { uid, terminating, controller };
        });
      for (const uid of this.returns.look(node, records)) staying.add(uid);
    }
    return staying;
  }

  /** As it counts the workload; undefined if it does not know that the pods belong together. */
  private counted(workload: DrainWorkload, leases: ModelLeases): DrainWorkload | undefined {
    const { key } = workload;
    if (!this.view.scaleless.has(key)) return workload;
    if (!this.conduct.counts) return undefined;
    const pods = (this.view.pods.get(key) ?? []).map((pod) => ({
      ...pod,
      terminating: pod.terminating || this.accepted.has(pod.uid),
    }));
    for (const { name, zone } of pods) if (zone !== undefined) this.lastZones.set(name, zone);
    const running = pods.filter(({ terminating }) => !terminating).length;
    const known = this.known.get(key);
    const noted = this.conduct.notes ? leases.of(key)?.note : undefined;
    const expected = expectedPods({ known, noted, running: known === undefined ? pods.length : running });
    this.known.set(key, expected);
    this.counts.set(key, { expected, complete: running >= expected });
    const names = new Set(pods.map(({ name }) => name));
    const vanished = [...this.lastZones.keys()].filter(
      (name) => name.startsWith(`${key}-`) && !names.has(name),
    );
    const missing = Array.from({ length: Math.max(0, expected - pods.length) }, (_, index) => {
      const name = vanished[index] ?? `${key}-missing-${index}`;
      return { name, zone: this.lastZones.get(name), available: false };
    });
    const zoneOf = (pod: SeenPod) => pod.zone ?? this.lastZones.get(pod.name);
    return {
      ...workload,
      counted: 'running',
      zones: tallyZones([...pods.map((pod) => ({ ...pod, zone: zoneOf(pod) })), ...missing]),
      down: [
        ...workload.down.filter(({ name }) => names.has(name)),
        ...missing.map(({ name, zone }) => ({ name, zone, problem: 'missing', unschedulable: undefined })),
      ],
    };
  }

  /** What of the workload's Lease it sees. */
  private turnOf(key: string, leases: ModelLeases, nowMs: number) {
    const none = { rolloutHolder: undefined, unclaimed: undefined, settling: undefined };
    if (this.hasLease(key, nowMs)) {
      const isUnseen = this.conduct.reaches && this.view.step <= (this.takenAt.get(key) ?? -1);
      if (isUnseen) return { ...none, settling: 'its pods are listed again' };
      return this.settlements.has(key) ? { ...none, settling: 'requests of a drain that died' } : none;
    }
    if (this.held.has(key)) return { ...none, unclaimed: { problem: 'its Lease could not be renewed' } };
    const holder = leases.holderOf(key, nowMs);
    return holder === undefined || holder === this.id
      ? { ...none, unclaimed: { problem: undefined } }
      : { ...none, rolloutHolder: `drain-${holder}` };
  }
}
