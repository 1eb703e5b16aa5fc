/**
 * Nodes in zones, workloads under different guards, and everything that moves their pods: a state machine whose moves
 * are random steps. It knows the truth; the decision under test only gets `observeModel`.
 */
export type Guard = 'zone-budget' | 'pod-budget' | 'none';

export interface ModelWorkload {
  name: string;
  guard: Guard;
  /** Also under a PodDisruptionBudget where a zone budget guards it. */
  both: boolean;
  /** Under a second zone budget, so that every eviction of its pods fails. */
  twice: boolean;
  replicas: number;
  /** Pods that may be down, by whichever budget. */
  maxUnavailable: number;
  policy: 'AlwaysAllow' | 'IfHealthyBudget';
  /** Pods return to the zone they were in first. */
  pinned: boolean;
  /** Its kind tells nobody how many pods it should have. */
  scaleless?: boolean;
  /** Its owner makes pods again on the node they were on, cordoned or not. */
  sticky?: boolean;
  rolloutHolder: string | undefined;
}

export interface ModelNode {
  name: string;
  zone: string | undefined;
  target: boolean;
  cordoned: boolean;
}

export interface ModelPod {
  name: string;
  uid: string;
  workload: ModelWorkload | undefined;
  node: string | undefined;
  ready: boolean;
  terminating: boolean;
  unschedulableSinceMs: number | undefined;
}

export interface ModelOptions {
  zones: readonly string[];
  targetsPerZone: number;
  sparesPerZone: number;
  unlabelled: number;
  loose: number;
  /** Pods that are down before the drain, and how many of these never recover. */
  broken?: number;
  crashing?: number;
  workloads: readonly Omit<ModelWorkload, 'name' | 'rolloutHolder'>[];
}

/** Integer in [0, below). */
export type Pick = (below: number) => number;

export class ModelCluster {
  nowMs = 1_000_000;
  /** Counts changes that a watch would show. */
  version = 0;
  readonly nodes = new Map<string, ModelNode>();
  readonly pods = new Map<string, ModelPod>();
  readonly workloads: ModelWorkload[];
  /** Where a pod of this name was first, and last. */
  readonly homes = new Map<string, string | undefined>();
  readonly lastZones = new Map<string, string>();
  private readonly lastNodes = new Map<string, string>();
  /** Names of pods that never become ready. */
  readonly crashing = new Set<string>();
  private readonly names = new Map<string, readonly string[]>();
  private serial = 0;
  /** By workload: what the status of its PodDisruptionBudget allows, while no controller counts anew. */
  private allowed: Map<string, number> | undefined;

  constructor(options: ModelOptions, pick: Pick) {
    for (const zone of options.zones) {
      for (let index = 0; index < options.targetsPerZone; index += 1) this.addNode(zone, true);
      for (let index = 0; index < options.sparesPerZone; index += 1) this.addNode(zone, false);
    }
    for (let index = 0; index < options.unlabelled; index += 1) this.addNode(undefined, true);
    this.workloads = options.workloads.map((workload, index) => ({
      ...workload,
      name: `w${index}`,
      rolloutHolder: undefined,
    }));
    const nodes = [...this.nodes.values()];
    for (const workload of this.workloads) {
      for (let ordinal = 0; ordinal < workload.replicas; ordinal += 1) {
        const node = nodes[pick(nodes.length)];
        if (node) this.bind(this.create(`${workload.name}-${ordinal}`, workload), node, true);
      }
    }
    for (let index = 0; index < (options.broken ?? 0); index += 1) {
      const pod = choose([...this.pods.values()], pick);
      if (!pod) continue;
      pod.ready = false;
      if (index < (options.crashing ?? 0)) this.crashing.add(pod.name);
    }
    for (let index = 0; index < options.loose; index += 1) {
      const node = nodes[pick(nodes.length)];
      if (node) this.bind(this.create(`loose-${index}`, undefined), node, true);
    }
  }

  addNode(zone: string | undefined, target: boolean): void {
    const name = `${target ? 'old' : 'spare'}-${zone ?? 'x'}-${this.nodes.size}`;
    this.nodes.set(name, { name, zone, target, cordoned: false });
  }

  zoneOf(pod: { readonly node: string | undefined }): string | undefined {
    return pod.node === undefined ? undefined : this.nodes.get(pod.node)?.zone;
  }

  /** Asked for at every step: made again only after the workload was scaled. */
  namesOf({ name, replicas }: ModelWorkload): readonly string[] {
    const known = this.names.get(name);
    if (known?.length === replicas) return known;
    const names = Array.from({ length: replicas }, (_, ordinal) => `${name}-${ordinal}`);
    this.names.set(name, names);
    return names;
  }

  /** Names of the workload's pods that do not serve, with the zone that each counts in. */
  downOf(workload: ModelWorkload): { name: string; zone: string }[] {
    return this.namesOf(workload).flatMap((name) => {
      const pod = this.pods.get(name);
      if (pod?.ready && !pod.terminating) return [];
      return [{ name, zone: this.countedIn(name) }];
    });
  }

  /** The zone where the pod is or was, or one of its own. */
  countedIn(name: string): string {
    const pod = this.pods.get(name);
    if (pod?.node !== undefined) return this.zoneOf(pod) ?? `?${name}`;
    return this.lastZones.get(name) ?? `?${name}`;
  }

  /** @returns why the API server refuses; undefined when the pod goes, or is gone already */
  evict(uid: string): string | undefined {
    const pod = [...this.pods.values()].find((each) => each.uid === uid);
    if (!pod || pod.terminating) return undefined;
    const refusal = pod.workload && this.refusal(pod, pod.workload);
    if (refusal === undefined) pod.terminating = true;
    this.version += 1;
    return refusal;
  }

  private refusal(pod: ModelPod, workload: ModelWorkload): string | undefined {
    const { guard, both, twice, policy, maxUnavailable, replicas } = workload;
    const down = this.downOf(workload);
    const free = !pod.ready && policy === 'AlwaysAllow';
    if (guard === 'zone-budget') {
      if (twice) return 'two zone budgets';
      const zone = this.zoneOf(pod);
      const others = down.filter((each) => each.zone !== zone).length;
      const here = down.length - others;
      const after = pod.ready ? here + 1 : Math.max(1, here);
      if (!free && (zone === undefined || others > 0 || after > maxUnavailable)) return 'zone budget';
    }
    if (guard === 'pod-budget' || (guard === 'zone-budget' && both)) {
      const healthy = replicas - down.length;
      const desired = replicas - maxUnavailable;
      const unreadyGoes = !pod.ready && desired > 0 && healthy >= desired;
      const allowed = this.allowed?.get(workload.name) ?? healthy - desired;
      if (!free && !unreadyGoes && allowed <= 0) return 'pod budget';
      // The API server counts every eviction that it admits by the status, also of a pod that is not Ready.
      if (!free && !unreadyGoes) this.allowed?.set(workload.name, allowed - 1);
    }
    return undefined;
  }

  /** From now on evictions take from what PodDisruptionBudgets allow at this moment. */
  freezePodBudgets(): void {
    this.allowed = new Map(
      this.workloads.map((workload) => {
        return [workload.name, workload.maxUnavailable - this.downOf(workload).length];
      }),
    );
  }

  cordon(name: string, cordoned: boolean): void {
    const node = this.nodes.get(name);
    if (node) node.cordoned = cordoned;
    this.version += 1;
  }

  podVanishes(pick: Pick): void {
    const pod = choose(
      [...this.pods.values()].filter((each) => each.terminating),
      pick,
    );
    if (pod) this.pods.delete(pod.name);
    this.version += 1;
  }

  controllerCreates(pick: Pick): void {
    const missing = this.workloads.flatMap((workload) =>
      this.namesOf(workload)
        .filter((name) => !this.pods.has(name))
        .map((name) => ({ name, workload })),
    );
    const next = choose(missing, pick);
    if (next) this.create(next.name, next.workload);
    this.version += 1;
  }

  schedulerBinds(pick: Pick): void {
    const pod = choose(
      [...this.pods.values()].filter((each) => each.node === undefined),
      pick,
    );
    if (!pod) return;
    const own = pod.workload?.sticky ? this.nodes.get(this.lastNodes.get(pod.name) ?? '') : undefined;
    const home = pod.workload?.pinned ? this.homes.get(pod.name) : undefined;
    const open = [...this.nodes.values()].filter(
      (node) => !node.cordoned && (home === undefined || node.zone === home),
    );
    const node = own ?? choose(open, pick);
    if (node) this.bind(pod, node, false);
    else pod.unschedulableSinceMs ??= this.nowMs;
    this.version += 1;
  }

  podBecomesReady(pick: Pick): void {
    const pod = choose(
      [...this.pods.values()].filter(
        (each) =>
          each.node !== undefined && !each.ready && !each.terminating && !this.crashing.has(each.name),
      ),
      pick,
    );
    if (pod) pod.ready = true;
    this.version += 1;
  }

  /** A pod fails by itself, or is deleted by somebody whom no budget stops. */
  podFails(pick: Pick): void {
    const pod = choose([...this.pods.values()], pick);
    if (!pod) return;
    if (pick(3) === 0) pod.terminating = true;
    else pod.ready = false;
    this.version += 1;
  }

  private create(name: string, workload: ModelWorkload | undefined): ModelPod {
    this.serial += 1;
    const pod: ModelPod = {
      name,
      uid: `uid-${this.serial}`,
      workload,
      node: undefined,
      ready: false,
      terminating: false,
      unschedulableSinceMs: undefined,
    };
    this.pods.set(name, pod);
    return pod;
  }

  private bind(pod: ModelPod, node: ModelNode, ready: boolean): void {
    pod.node = node.name;
    this.lastNodes.set(pod.name, node.name);
    pod.ready = ready;
    pod.unschedulableSinceMs = undefined;
    if (!this.homes.has(pod.name)) this.homes.set(pod.name, node.zone);
    if (node.zone === undefined) this.lastZones.delete(pod.name);
    else this.lastZones.set(pod.name, node.zone);
  }

  /** The same world, to try out what would happen. */
  clone(): ModelCluster {
    const copy: ModelCluster = Object.create(ModelCluster.prototype);
    return Object.assign(copy, structuredClone({ ...this }));
  }
}

export function choose<T>(items: readonly T[], pick: Pick): T | undefined {
  return items.length === 0 ? undefined : items[pick(items.length)];
}
