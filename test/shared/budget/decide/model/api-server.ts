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
export function missingOrdinals(pods: ReadonlyMap<string, unknown>, replicas: number): number[] {
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
  private serial = 0;
  private readonly past: { atMs: number; version: number }[] = [];

  constructor(replicas: number, maxUnavailable: number, throughJson: boolean) {
    this.throughJson = throughJson;
    const pods = new Map<string, ModelPod>();
    for (let ordinal = 0; ordinal < replicas; ordinal += 1) {
      const zone = zoneOfOrdinal(ordinal);
      pods.set(podName(ordinal), { ...this.newPod(ordinal), zone, available: true });
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
    const ordinal = choose(missingOrdinals(this.pods, this.replicas), pick);
    if (ordinal !== undefined) this.put(this.newPod(ordinal), {});
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
      name: podName(ordinal),
      ordinal,
      uid: `uid-${this.serial}`,
      resourceVersion: String(this.version),
      zone: undefined,
      available: false,
      terminating: false,
      terminal: false,
    };
  }
}
