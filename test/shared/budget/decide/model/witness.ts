/**
 * Knows which pods are down because an eviction was admitted, from the evictions themselves and not from the ledger,
 * and says when they lie in two zones or are too many.
 */
import type { BudgetStatus } from '../../../../../shared/budget/decide/types.ts';
import { type ApiServer, MAX_PODS, podName, zoneOfOrdinal } from './api-server.ts';
import { type Eviction, isGivenUp } from './eviction.ts';

/** Silence that is not noticed, the lag of watches, and the time that a count takes. */
const LONGEST_UNSEEN_MS = 150_000;

interface PodId {
  name: string;
  uid: string;
  ordinal: number;
  labelled: boolean;
}

interface Disruption {
  name: string;
  uid: string;
  zone: string;
  /** Evictions of this pod that are admitted and may still be carried out. */
  underWay: Set<Eviction>;
  carriedOut: boolean;
  ordinal: number;
  /** The fewest replicas that were asked for since the pod is gone. */
  needed: number;
  /** Where pods have served since it is gone, by ordinal. */
  served: Set<number>;
}

export class Witness {
  readonly violations: string[] = [];
  admitted = 0;
  private readonly api: ApiServer;
  private readonly disruptions = new Map<string, Disruption>();
  /** Evictions that were held against the budget when they were admitted; its spec may be another by now. */
  private readonly judged = new WeakSet<Eviction>();

  constructor(api: ApiServer) {
    this.api = api;
  }

  /** The eviction of an available pod is admitted, on the strength of the status `before`. */
  admits(pod: PodId, eviction: Eviction, before: BudgetStatus): void {
    this.admitted += 1;
    this.judged.add(eviction);
    const entry = this.entry(pod);
    entry.underWay.add(eviction);
    this.check(`${pod.name} (${pod.uid}) of ${entry.zone} admitted`);
    this.checkCounts(pod, before);
    this.checkLong(pod);
  }

  /** An eviction that no budget decides about: it is nobody's fault, and counts against those that one admits later. */
  letsPass(pod: PodId, eviction: Eviction): void {
    this.judged.add(eviction);
    this.entry(pod).underWay.add(eviction);
  }

  /** An admitted eviction will not be carried out any more. */
  comesToNothing(eviction: Eviction): void {
    for (const entry of this.disruptions.values()) {
      entry.underWay.delete(eviction);
      this.forgetIfOver(entry);
    }
  }

  /**
   * The API server deletes the pod; `serving` when that makes an available pod unavailable. It should be one whose
   * eviction `admits` has heard of, and that was judged then. A pod that nobody expects any more disrupts nothing.
   */
  carriesOut(pod: PodId, eviction: Eviction, serving: boolean): void {
    const known = this.disruptions.get(pod.uid);
    const { api } = this;
    const isExpected = pod.labelled && (api.owner.names === 'random' || pod.ordinal < api.replicas);
    if (known || (serving && isExpected)) {
      const entry = known ?? this.entry(pod);
      entry.carriedOut = true;
      if (!known && !this.judged.has(eviction))
        this.check(`${pod.name} (${pod.uid}) of ${entry.zone} evicted`);
    }
    this.comesToNothing(eviction);
  }

  /** Forgets evictions that took too long, pods whose successors serve, and those that nobody expects any more. */
  look(nowMs: number): void {
    for (const entry of this.disruptions.values()) {
      for (const eviction of entry.underWay) if (isGivenUp(eviction, nowMs)) entry.underWay.delete(eviction);
      this.forgetIfOver(entry);
    }
  }

  private forgetIfOver(entry: Disruption): void {
    const { uid, underWay, carriedOut } = entry;
    if (underWay.size === 0 && !carriedOut) this.disruptions.delete(uid);
    else if (this.api.owner.names === 'random') this.forgetIfReplaced(entry);
    else this.forgetIfBack(entry);
  }

  /** Names never come back: enough pods serve, as many as were asked for since, or another one in its place. */
  private forgetIfReplaced(entry: Disruption): void {
    const { api } = this;
    if (api.pods.has(entry.name)) return;
    entry.needed = Math.min(entry.needed, api.replicas);
    let available = 0;
    for (const pod of api.pods.values()) {
      if (!pod.available) continue;
      available += 1;
      entry.served.add(pod.ordinal);
    }
    const isReplaced = entry.served.has(entry.ordinal) || available >= entry.needed;
    if (isReplaced || this.needsNoOther(entry)) this.disruptions.delete(entry.uid);
  }

  /**
   * The owner was scaled down, and wants no pod in place of this one: it has all that it wants, and in each of their
   * places one has served since, although perhaps never in all at once. Those that are down have failed by themselves.
   */
  private needsNoOther({ ordinal, served }: Disruption): boolean {
    const { pods, replicas } = this.api;
    const active = [...pods.values()].filter(({ terminating }) => !terminating);
    return (
      active.length >= replicas && active.every((pod) => pod.ordinal !== ordinal && served.has(pod.ordinal))
    );
  }

  private forgetIfBack({ uid, name }: Disruption): void {
    const now = this.api.pods.get(name);
    const back = now?.available === true && now.uid !== uid;
    const expected = ordinalOf(name) < this.api.replicas;
    if (back || !expected) this.disruptions.delete(uid);
  }

  private entry(pod: PodId): Disruption {
    const { name, uid } = pod;
    const zone = zoneOfOrdinal(pod.ordinal);
    const entry = this.disruptions.get(uid) ?? {
      name,
      uid,
      zone,
      underWay: new Set<Eviction>(),
      carriedOut: false,
      ordinal: pod.ordinal,
      needed: Number.POSITIVE_INFINITY,
      served: new Set<number>(),
    };
    this.disruptions.set(uid, entry);
    return entry;
  }

  private check(what: string): void {
    const down = [...this.disruptions.values()].filter((entry) => !this.isVoid(entry));
    const zones = new Set(down.map(({ zone }) => zone));
    const pods = new Set(down.map(({ name }) => name));
    if (zones.size > 1 || pods.size > this.api.maxUnavailable) {
      const list = down.map(({ name, uid, zone }) => `${name} (${uid}) of ${zone}`).join(', ');
      this.violations.push(`${what}: ${list}; maxUnavailable ${this.api.maxUnavailable}`);
    }
  }

  /** Whether every eviction of it that is under way is tied to a version of the pod that has passed. */
  private isVoid({ name, uid, underWay, carriedOut }: Disruption): boolean {
    const pod = this.api.pods.get(name);
    if (carriedOut || pod?.uid !== uid) return false;
    return [...underWay].every(
      ({ resourceVersion }) => (resourceVersion ?? pod.resourceVersion) !== pod.resourceVersion,
    );
  }

  /** What everybody could see for minutes, whatever the status says. */
  private checkLong(pod: PodId): void {
    const { api } = this;
    if (api.owner.names === 'random') return;
    const since = api.podHistory.findLast(({ atMs }) => atMs <= api.nowMs - LONGEST_UNSEEN_MS);
    if (!since) return;
    const before = api.replicaHistory.findLastIndex(({ atMs }) => atMs <= api.nowMs - LONGEST_UNSEEN_MS);
    const expected = Math.min(...api.replicaHistory.slice(before).map(({ replicas }) => replicas));
    for (let ordinal = 0; ordinal < expected; ordinal += 1) {
      if (zoneOfOrdinal(ordinal) === zoneOfOrdinal(pod.ordinal)) continue;
      const name = podName(ordinal);
      if (api.pods.get(name)?.available || since.pods.get(name)?.available) continue;
      const wasUp = api.podHistory.some(({ atMs, pods }) => atMs > since.atMs && pods.get(name)?.available);
      if (!wasUp) this.violations.push(`${pod.uid} admitted while ${name} has been down for minutes`);
    }
  }

  /** Counts the pods at the versions that the status names, another way, and holds the admission against that. */
  private checkCounts(pod: PodId, before: BudgetStatus): void {
    if (this.api.owner.names === 'random') return;
    const seen = this.api.podHistory.findLast(({ version }) => version <= Number(before.versions.pods));
    const scale = this.api.replicaHistory.findLast(
      ({ version }) => version <= Number(before.versions.statefulsets),
    );
    if (!seen || !scale) return;
    const reserved = new Set(before.reservations.map(({ uid }) => uid));
    const zone = zoneOfOrdinal(pod.ordinal);
    let here = before.reservations.filter(({ uid }) => uid !== pod.uid).length + 1;
    for (let ordinal = 0; ordinal < MAX_PODS; ordinal += 1) {
      const each = seen.pods.get(podName(ordinal));
      if (ordinal >= scale.replicas) continue;
      if (each?.available || (each && !each.terminating && reserved.has(each.uid))) continue;
      if (zoneOfOrdinal(ordinal) === zone) here += 1;
      else this.violations.push(`${pod.uid} of ${zone} admitted while ${podName(ordinal)} counts as down`);
    }
    if (here > this.api.maxUnavailable) {
      this.violations.push(`${here} pods of ${zone} down or reserved, ${this.api.maxUnavailable} allowed`);
    }
  }
}

function ordinalOf(name: string): number {
  return Number(name.slice(name.lastIndexOf('-') + 1));
}
