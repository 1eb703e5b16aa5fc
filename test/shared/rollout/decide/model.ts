/**
 * A StatefulSet over zones that anything may happen to: a state machine with the controller's and the kubelets' moves
 * as separate random steps. It knows the truth; the decision under test only gets `observe()`.
 */
import type { RemovablePod } from '../../../../shared/removals/decide/unanswered.ts';
import type { Observation, ObservedPod } from '../../../../shared/rollout/decide/types.ts';

export interface ModelPod {
  name: string;
  ordinal: number;
  uid: string;
  node: string | undefined;
  zone: string | undefined;
  revision: string;
  readySinceMs: number | undefined;
  terminating: boolean;
  /** Of the object: changes with every write. */
  version: number;
}

export interface ModelOptions {
  zones: readonly string[];
  replicas: number;
  orderedReady: boolean;
  /** Recreated pods return to the zone they were in, as with a zonal volume. */
  pinned: boolean;
}

/** Integer in [0, below). */
export type Pick = (below: number) => number;

export class ModelCluster {
  readonly zones: readonly string[];
  readonly orderedReady: boolean;
  replicas: number;
  nowMs = 1_000_000;
  updateRevision = 'rev-1';
  /** Revisions whose pods never become ready. */
  readonly badRevisions = new Set<string>();
  /** Revisions whose pods no node takes. */
  readonly unschedulable = new Set<string>();
  revisionObserved = true;
  /** kube-controller-manager does not run. */
  controllersAway = false;
  readonly unlabelledNodes = new Set<string>();
  readonly pods = new Map<string, ModelPod>();
  private readonly home = new Map<string, string>();
  private readonly pinned: boolean;
  private serial = 0;
  private revisions = 1;
  private names: readonly string[] = [];

  constructor(options: ModelOptions) {
    this.zones = options.zones;
    this.replicas = options.replicas;
    this.orderedReady = options.orderedReady;
    this.pinned = options.pinned;
    for (let ordinal = 0; ordinal < this.replicas; ordinal += 1) {
      const pod = this.create(ordinal, 'rev-0');
      const zone = this.zones[ordinal % this.zones.length];
      pod.node = `node-${zone}`;
      pod.zone = zone;
      pod.readySinceMs = 0;
      if (zone !== undefined) this.home.set(pod.name, zone);
    }
  }

  /** What a watch cache shows at this moment. */
  observe(): Observation {
    const expected = new Set(this.expectedNames());
    const pods: ObservedPod[] = [...this.pods.values()].map((pod) => ({
      name: pod.name,
      uid: pod.uid,
      ordinal: pod.ordinal,
      node: pod.node,
      zone: pod.node !== undefined && this.unlabelledNodes.has(pod.node) ? undefined : pod.zone,
      unscheduled: pod.node === undefined,
      stale: pod.revision !== this.updateRevision,
      terminating: pod.terminating,
      surplus: !expected.has(pod.name),
      readySinceMs: pod.readySinceMs,
      problem: undefined,
    }));
    return {
      replicas: this.replicas,
      updateRevision: this.updateRevision,
      revisionObserved: this.revisionObserved,
      orderedReady: this.orderedReady,
      pods,
      missing: [...expected].filter((name) => !this.pods.has(name)),
    };
  }

  /** The same moment as far as it tells what has become of evictions. */
  removable(): RemovablePod[] {
    return [...this.pods.values()].map(({ uid, version, terminating }) => ({
      uid,
      resourceVersion: String(version),
      terminating,
      marked: false,
    }));
  }

  /** Asked for at every step: made again only after the cluster was scaled. */
  expectedNames(): readonly string[] {
    if (this.names.length !== this.replicas)
      this.names = Array.from({ length: this.replicas }, (_, ordinal) => `ingester-${ordinal}`);
    return this.names;
  }

  /** The eviction API: acts on exactly this pod at this version, or on nothing. */
  evict({ name, uid, version }: { name: string; uid: string; version: number }): boolean {
    const pod = this.pods.get(name);
    if (pod?.uid !== uid || pod.version !== version || pod.terminating) return false;
    pod.terminating = true;
    pod.version += 1;
    return true;
  }

  /** Somebody writes something about a pod that changes nothing else. */
  touch(name: string): void {
    const pod = this.pods.get(name);
    if (pod) pod.version += 1;
  }

  /** The controller takes in the newest template. */
  controllerObserves(): void {
    if (!this.controllersAway) this.revisionObserved = true;
  }

  /** The controller creates one pod that is missing, the lowest first. */
  controllerCreates(): void {
    if (this.controllersAway) return;
    if (this.orderedReady && [...this.pods.values()].some((pod) => pod.readySinceMs === undefined)) return;
    const ordinal = this.expectedNames().findIndex((name) => !this.pods.has(name));
    if (ordinal >= 0) this.create(ordinal, this.updateRevision);
  }

  controllerDeletesSurplus(): void {
    if (this.controllersAway) return;
    const expected = new Set(this.expectedNames());
    for (const pod of this.pods.values()) if (!expected.has(pod.name)) pod.terminating = true;
  }

  /** A terminating pod is gone. */
  podVanishes(pick: Pick): void {
    const pod = choose(
      [...this.pods.values()].filter((each) => each.terminating),
      pick,
    );
    if (pod) this.pods.delete(pod.name);
  }

  schedulerBinds(pick: Pick): void {
    const pod = choose(
      [...this.pods.values()].filter(
        (each) => each.node === undefined && !this.unschedulable.has(each.revision),
      ),
      pick,
    );
    if (!pod) return;
    const zone = (this.pinned && this.home.get(pod.name)) || this.zones[pick(this.zones.length)];
    pod.zone = zone;
    pod.version += 1;
    pod.node = `node-${zone}`;
    if (zone !== undefined && !this.home.has(pod.name)) this.home.set(pod.name, zone);
  }

  podBecomesReady(pick: Pick): void {
    const starting = [...this.pods.values()].filter(
      (pod) =>
        pod.node !== undefined &&
        pod.readySinceMs === undefined &&
        !pod.terminating &&
        !this.badRevisions.has(pod.revision),
    );
    const pod = choose(starting, pick);
    if (!pod) return;
    pod.readySinceMs = this.nowMs;
    pod.version += 1;
  }

  /** A pod fails by itself or is deleted by somebody: it is unready, terminating, or gone altogether. */
  podFails(pick: Pick): void {
    const pod = choose([...this.pods.values()], pick);
    if (!pod) return;
    const how = pick(4);
    pod.version += 1;
    if (how === 0) this.pods.delete(pod.name);
    else if (how === 1) pod.terminating = true;
    else pod.readySinceMs = undefined;
  }

  /** @param observed by the controller at once; otherwise it has yet to see it */
  newRevision(bad: 'unready' | 'unschedulable' | undefined, observed = false): void {
    this.revisions += 1;
    this.updateRevision = `rev-${this.revisions}`;
    if (bad === 'unready') this.badRevisions.add(this.updateRevision);
    if (bad === 'unschedulable') this.unschedulable.add(this.updateRevision);
    this.revisionObserved = observed;
  }

  /** Back to a revision that some pod still has. */
  rollBack(pick: Pick): void {
    const revisions = [...new Set([...this.pods.values()].map((pod) => pod.revision))].sort();
    const revision = choose(revisions, pick);
    if (revision === undefined || revision === this.updateRevision) return;
    this.updateRevision = revision;
    this.revisionObserved = false;
  }

  private create(ordinal: number, revision: string): ModelPod {
    this.serial += 1;
    const pod: ModelPod = {
      name: `ingester-${ordinal}`,
      ordinal,
      uid: `uid-${this.serial}`,
      node: undefined,
      zone: undefined,
      revision,
      readySinceMs: undefined,
      terminating: false,
      version: 0,
    };
    this.pods.set(pod.name, pod);
    return pod;
  }
}

function choose<T>(items: readonly T[], pick: Pick): T | undefined {
  return items.length === 0 ? undefined : items[pick(items.length)];
}
