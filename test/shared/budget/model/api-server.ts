/**
 * What the API server stores: pods, the StatefulSet's replicas and one budget, each change with a new resource version.
 * All past states of pods and replicas are kept, so that caches can lag behind by any amount.
 */
import { readZoneDisruptionBudget } from '../../../../shared/budget/budget.ts';
import { encodeStatus } from '../../../../shared/budget/status.ts';
import type { BudgetStatus, PodRead, ZoneDisruptionBudget } from '../../../../shared/budget/types.ts';
import { choose, type Pick } from './random.ts';

export interface ModelPod extends PodRead {
  ordinal: number;
}

export interface PodsAt {
  version: number;
  pods: ReadonlyMap<string, ModelPod>;
}

export interface ReplicasAt {
  version: number;
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

const EMPTY_BUDGET = readZoneDisruptionBudget({ metadata: { name: 'ingesters', generation: 1 } });

export class ApiServer {
  readonly podHistory: PodsAt[] = [];
  readonly replicaHistory: ReplicasAt[] = [];
  budget: ZoneDisruptionBudget;
  version = FIRST_VERSION;
  /** Stores statuses as JSON and parses them on every write, as the real one does. */
  private readonly throughJson: boolean;
  private serial = 0;

  constructor(replicas: number, maxUnavailable: number, throughJson: boolean) {
    this.throughJson = throughJson;
    const pods = new Map<string, ModelPod>();
    for (let ordinal = 0; ordinal < replicas; ordinal += 1) {
      const zone = zoneOfOrdinal(ordinal);
      pods.set(podName(ordinal), { ...this.newPod(ordinal), zone, available: true });
    }
    this.podHistory.push({ version: this.version, pods });
    this.replicaHistory.push({ version: this.version, replicas });
    const { metadata, spec, status } = EMPTY_BUDGET;
    this.budget = {
      metadata: { ...metadata, resourceVersion: String(this.version) },
      spec: { ...spec, maxUnavailable },
      status,
    };
  }

  get pods(): ReadonlyMap<string, ModelPod> {
    return this.podHistory[this.podHistory.length - 1]?.pods ?? new Map();
  }

  get replicas(): number {
    return this.replicaHistory[this.replicaHistory.length - 1]?.replicas ?? 0;
  }

  get maxUnavailable(): number {
    return Number(this.budget.spec.maxUnavailable);
  }

  /** Compare-and-swap: false, and nothing written, when `seen` is not the newest version of the budget. */
  writeStatus(seen: ZoneDisruptionBudget, status: BudgetStatus): boolean {
    if (seen.metadata.resourceVersion !== this.budget.metadata.resourceVersion) return false;
    const { spec } = this.budget;
    this.version += 1;
    const metadata = { ...this.budget.metadata, resourceVersion: String(this.version) };
    this.budget = this.throughJson
      ? readZoneDisruptionBudget(
          JSON.parse(JSON.stringify({ metadata, spec, status: encodeStatus(spec, status) })),
        )
      : { metadata, spec, status };
    return true;
  }

  /** The user edits the budget. */
  setMaxUnavailable(maxUnavailable: number): void {
    const { metadata, spec, status } = this.budget;
    this.version += 1;
    this.budget = {
      metadata: { ...metadata, resourceVersion: String(this.version), generation: metadata.generation + 1 },
      spec: { ...spec, maxUnavailable },
      status,
    };
  }

  scale(replicas: number): void {
    this.version += 1;
    this.replicaHistory.push({ version: this.version, replicas });
  }

  put(pod: ModelPod, change: Partial<ModelPod>): void {
    this.version += 1;
    const pods = new Map(this.pods);
    pods.set(pod.name, { ...pod, ...change, resourceVersion: String(this.version) });
    this.podHistory.push({ version: this.version, pods });
  }

  remove(pod: ModelPod): void {
    this.version += 1;
    const pods = new Map(this.pods);
    pods.delete(pod.name);
    this.podHistory.push({ version: this.version, pods });
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
