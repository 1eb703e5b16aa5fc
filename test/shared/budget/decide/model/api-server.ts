/**
 * What the API server stores: pods, the StatefulSet's replicas and one budget, each change with a new resource version.
 * All past states of pods and replicas are kept, so that caches can lag behind by any amount.
 */
import { readZoneDisruptionBudget } from '../../../../../shared/budget/decide/budget.ts';
import { encodeStatus } from '../../../../../shared/budget/decide/status.ts';
import type {
  BudgetStatus,
  PodRead,
  ZoneDisruptionBudget,
} from '../../../../../shared/budget/decide/types.ts';
import { choose, type Pick } from './random.ts';

export interface ModelPod extends PodRead {
  ordinal: number;
  /** Whether it has the label that the budget's selector asks for. */
  labelled: boolean;
}

export interface PodsAt {
  version: number;
  atMs: number;
  pods: ReadonlyMap<string, ModelPod>;
}

export interface ReplicasAt {
  version: number;
  atMs: number;
  replicas: number;
}

/** How the owner calls its pods, and how whoever counts learns how many it wants. */
export interface OwnerShape {
  /** `ordinal`: as a StatefulSet. `random`: as a Deployment, whose names never come back. */
  names: 'ordinal' | 'random';
  number: 'watch' | 'scale';
}

export const STATEFUL_SET: OwnerShape = { names: 'ordinal', number: 'watch' };

export const ZONES = ['zone-a', 'zone-b', 'zone-c'];

/** Pods keep their zone, as with zonal volumes. */
export function zoneOfOrdinal(ordinal: number): string {
  return ZONES[ordinal % ZONES.length] ?? '';
}

/** The most replicas that a schedule scales to. */
export const MAX_PODS = 12;

const NAMES: readonly string[] = Array.from({ length: MAX_PODS }, (_, ordinal) => `ingester-${ordinal}`);

export function podName(ordinal: number): string {
  return NAMES[ordinal] ?? '';
}

/** The names that the StatefulSet wants and that do not exist. */
export function missingOrdinals(pods: { has(name: string): boolean }, replicas: number): number[] {
  const missing: number[] = [];
  for (let ordinal = 0; ordinal < replicas; ordinal += 1)
    if (!pods.has(podName(ordinal))) missing.push(ordinal);
  return missing;
}

/** Versions gain a digit in most schedules: they must be compared as numbers. */
const FIRST_VERSION = 970;

/** The label that all pods have, and one that none has. */
const LABELS = ['ingester', 'nothing'] as const;

const EMPTY_BUDGET = readZoneDisruptionBudget({
  metadata: { name: 'ingesters', uid: 'budget-1', generation: 1 },
  spec: { selector: { matchLabels: { app: LABELS[0] } } },
});

export function isGuarding(budget: ZoneDisruptionBudget | undefined): budget is ZoneDisruptionBudget {
  return budget?.spec.selector?.matchLabels?.app === LABELS[0] && !budget.spec.dryRun;
}

export class ApiServer {
  readonly podHistory: PodsAt[] = [];
  readonly replicaHistory: ReplicasAt[] = [];
  /** Undefined while somebody has deleted it. */
  budget: ZoneDisruptionBudget | undefined;
  maxUnavailable: number;
  version = FIRST_VERSION;
  nowMs = 1_000_000;
  /** Statuses that were stored, for whoever puts one back. */
  readonly backups: { atMs: number; uid: string; status: BudgetStatus }[] = [];
  /** Stores statuses as JSON and parses them on every write, as the real one does. */
  private readonly throughJson: boolean;
  readonly owner: OwnerShape;
  private serial = 0;
  private moments = 0;
  private readonly past: { atMs: number; version: number }[] = [];

  constructor(
    replicas: number,
    maxUnavailable: number,
    throughJson: boolean,
    owner: OwnerShape = STATEFUL_SET,
  ) {
    this.owner = owner;
    this.throughJson = throughJson;
    const pods = new Map<string, ModelPod>();
    for (let ordinal = 0; ordinal < replicas; ordinal += 1) {
      const pod = { ...this.newPod(ordinal), zone: zoneOfOrdinal(ordinal), available: true };
      pods.set(pod.name, pod);
    }
    const { version, nowMs: atMs } = this;
    this.podHistory.push({ version, atMs, pods });
    this.replicaHistory.push({ version, atMs, replicas });
    this.maxUnavailable = maxUnavailable;
    const { metadata, spec, status } = EMPTY_BUDGET;
    this.budget = {
      metadata: { ...metadata, resourceVersion: String(this.version) },
      spec: { ...spec, maxUnavailable },
      status,
    };
  }

  /** A moment by which reads and what they show are put in order: much happens within a millisecond here. */
  moment(): number {
    this.moments += 1;
    return this.moments;
  }

  /** Time passes. */
  pass(ms: number): void {
    this.past.push({ atMs: this.nowMs, version: this.version });
    this.nowMs += ms;
  }

  /** The version that had been reached by then, at least. */
  versionAt(atMs: number): number {
    return this.past.findLast((each) => each.atMs <= atMs)?.version ?? 0;
  }

  get pods(): ReadonlyMap<string, ModelPod> {
    return this.podHistory[this.podHistory.length - 1]?.pods ?? new Map();
  }

  get replicas(): number {
    return this.replicaHistory[this.replicaHistory.length - 1]?.replicas ?? 0;
  }

  /** Whether evictions of these pods have to be decided by the budget. */
  get isGuarded(): boolean {
    return isGuarding(this.budget);
  }

  /** Compare-and-swap: false, and nothing written, when `seen` is not the newest version of the budget. */
  writeStatus(seen: ZoneDisruptionBudget, status: BudgetStatus): boolean {
    const { budget } = this;
    if (!budget || seen.metadata.uid !== budget.metadata.uid) return false;
    if (seen.metadata.resourceVersion !== budget.metadata.resourceVersion) return false;
    this.store(budget, status);
    return true;
  }

  private store({ metadata: before, spec }: ZoneDisruptionBudget, status: BudgetStatus): void {
    this.version += 1;
    const metadata = { ...before, resourceVersion: String(this.version) };
    this.backups.push({ atMs: this.nowMs, uid: metadata.uid, status });
    this.budget = this.throughJson
      ? readZoneDisruptionBudget(
          JSON.parse(JSON.stringify({ metadata, spec, status: encodeStatus(spec, status) })),
        )
      : { metadata, spec, status };
  }

  /** Somebody who is not the webhook writes the status. */
  putStatus(status: BudgetStatus): void {
    if (this.budget) this.store(this.budget, status);
  }

  /** The user edits the budget. */
  setMaxUnavailable(maxUnavailable: number): void {
    this.maxUnavailable = maxUnavailable;
    this.edit({ maxUnavailable });
  }

  /** The selector covers all pods, or none. */
  toggleSelector(): void {
    const app = LABELS[this.isGuarded ? 1 : 0];
    this.edit({ selector: { matchLabels: { app }, matchExpressions: [] } });
  }

  toggleDryRun(): void {
    this.edit({ dryRun: this.budget?.spec.dryRun !== true });
  }

  private edit(change: Partial<ZoneDisruptionBudget['spec']>): void {
    if (!this.budget) return;
    const { metadata, spec, status } = this.budget;
    this.version += 1;
    this.budget = {
      metadata: { ...metadata, resourceVersion: String(this.version), generation: metadata.generation + 1 },
      spec: { ...spec, ...change },
      status,
    };
  }

  deleteBudget(): void {
    this.version += 1;
    this.budget = undefined;
  }

  /** Made anew, with an empty status or one that a backup holds. */
  createBudget(status: BudgetStatus | undefined): void {
    if (this.budget) return;
    this.serial += 1;
    this.version += 1;
    const { metadata, spec, status: empty } = EMPTY_BUDGET;
    const resourceVersion = String(this.version);
    this.budget = {
      metadata: { ...metadata, uid: `budget-${this.serial}`, resourceVersion },
      spec: { ...spec, maxUnavailable: this.maxUnavailable },
      status: status ?? empty,
    };
  }

  emptyStatus(): BudgetStatus {
    return EMPTY_BUDGET.status;
  }

  scale(replicas: number): void {
    this.version += 1;
    this.replicaHistory.push({ version: this.version, atMs: this.nowMs, replicas });
  }

  /** The pods that their owner counts. */
  private get active(): ModelPod[] {
    return [...this.pods.values()].filter(({ terminating }) => !terminating);
  }

  /** Whether the owner has this pod to delete. */
  isSurplus(pod: ModelPod): boolean {
    if (this.owner.names === 'ordinal') return pod.ordinal >= this.replicas;
    if (pod.terminating) return false;
    const { active } = this;
    return active.length > this.replicas && active.every(({ ordinal }) => ordinal <= pod.ordinal);
  }

  /** A pod in this place: its own where names are ordinals, else whichever serves there or comes next. */
  nameAt(ordinal: number): string {
    if (this.owner.names === 'ordinal') return podName(ordinal);
    const here = [...this.pods.values()].filter((pod) => pod.ordinal === ordinal);
    return (here.find(({ available }) => available) ?? here[0])?.name ?? '';
  }

  put(pod: ModelPod, change: Partial<ModelPod>): void {
    this.version += 1;
    const pods = new Map(this.pods);
    pods.set(pod.name, { ...pod, ...change, resourceVersion: String(this.version) });
    this.podHistory.push({ version: this.version, atMs: this.nowMs, pods });
  }

  remove(pod: ModelPod): void {
    this.version += 1;
    const pods = new Map(this.pods);
    pods.delete(pod.name);
    this.podHistory.push({ version: this.version, atMs: this.nowMs, pods });
  }

  /** A graceful deletion begins, or the pod is gone at once. */
  delete(pod: ModelPod, pick: Pick): void {
    if (pick(4) === 0) this.remove(pod);
    else this.put(pod, { terminating: true, available: false });
  }

  /** The StatefulSet controller creates a pod that is missing, not scheduled yet. */
  createMissing(pick: Pick): void {
    const ordinal = choose(this.places(), pick);
    if (ordinal !== undefined) this.put(this.newPod(ordinal), {});
  }

  /** Where the owner would create a pod. */
  private places(): number[] {
    if (this.owner.names === 'ordinal') return missingOrdinals(this.pods, this.replicas);
    const { active } = this;
    if (active.length >= this.replicas) return [];
    const taken = new Set(active.map(({ ordinal }) => ordinal));
    return [Array.from({ length: MAX_PODS }, (_, ordinal) => ordinal).find((each) => !taken.has(each)) ?? 0];
  }

  /** Whether the namespace has a budget that enforces: then whoever is not covered is tied to its version. */
  get hasBudget(): boolean {
    return this.budget !== undefined && !this.budget.spec.dryRun;
  }

  pick(pick: Pick, which: (pod: ModelPod) => boolean): ModelPod | undefined {
    return choose(
      [...this.pods.values()].filter((pod) => which(pod)),
      pick,
    );
  }

  private newPod(ordinal: number): ModelPod {
    this.serial += 1;
    return {
      name: this.owner.names === 'ordinal' ? podName(ordinal) : `${podName(ordinal)}-${this.serial}`,
      ordinal,
      uid: `uid-${this.serial}`,
      resourceVersion: String(this.version),
      zone: undefined,
      available: false,
      terminating: false,
      terminal: false,
      labelled: true,
    };
  }
}
