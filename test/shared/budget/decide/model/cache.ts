import type { Owner } from '../../../../../shared/budget/decide/owners.ts';
import type { BudgetObservation, Reservation } from '../../../../../shared/budget/decide/types.ts';
import {
  type ApiServer,
  type ModelPod,
  missingOrdinals,
  type PodsAt,
  podName,
  zoneOfOrdinal,
} from './api-server.ts';
import type { Pick } from './random.ts';

/** No watch that is not silent lags for longer. */
const LONGEST_LAG_MS = 30_000;
/** How often a bookmark says how far a watch has got; one that lags comes later. */
const BOOKMARKS_MS = 60_000 + LONGEST_LAG_MS;
/** As webhook/cluster/freshness.ts: from then on a cache is not believed. */
const LONGEST_SILENCE_MS = 100_000;
/** As shared/budget/scales.ts: how old a number may be that is read and not watched. */
const SCALE_LIFETIME_MS = 10_000;

const OWNER: Owner = {
  apiVersion: 'v1',
  kind: 'StatefulSet',
  name: 'ingester',
  uid: 'owner',
  namespace: '',
  replicas: 0,
  firstOrdinal: undefined,
  source: 'watch',
};

/** A number of replicas that was asked for. */
interface NumberRead {
  replicas: number;
  atMs: number;
  moment: number;
}

/** Watch caches of the pods and of their owner: two watches, which lag independently and may restart in the past. */
export class LaggingCache {
  private readonly api: ApiServer;
  private podsIndex = 0;
  private podsVersion = 0;
  private replicasIndex = 0;
  private replicasVersion = 0;
  private rememberedIndex = -1;
  private readonly lastZones = new Map<string, string>();
  /** The connection stands, and nothing comes. */
  isSilent = false;
  private heardAtMs: number;
  /** When the lists began that the cache rests on; a first list may come from an API server that lags. */
  private podsListedAtMs = Number.NEGATIVE_INFINITY;
  private replicasListedAtMs = Number.NEGATIVE_INFINITY;
  private replicasListedMoment = -1;
  private read: NumberRead | undefined;
  /** When the pods of each place were noticed to end last. */
  private readonly ends = new Map<number, number>();
  private vanished: { name: string; ordinal: number; goneAt: number; madeAt: number }[] = [];
  /** When pods were first seen, by uid. */
  private readonly made = new Map<string, number>();
  /** When a reserved pod that was never seen was found to be absent. */
  private readonly absent = new Map<string, number>();

  constructor(api: ApiServer) {
    this.api = api;
    this.heardAtMs = api.nowMs;
    this.podsVersion = api.podHistory[0]?.version ?? 0;
    this.replicasVersion = api.replicaHistory[0]?.version ?? 0;
  }

  /** Whether nothing was heard for so long that what it shows is not believed. */
  get isDoubted(): boolean {
    return this.api.nowMs - this.heardAtMs > LONGEST_SILENCE_MS;
  }

  get listedAtMs(): number {
    if (this.polls) return this.podsListedAtMs;
    return Math.min(this.podsListedAtMs, this.replicasListedAtMs);
  }

  private get polls(): boolean {
    return this.api.owner.number === 'scale';
  }

  /** Whether the number of replicas has to be asked for before anything is observed. */
  get asksFirst(): boolean {
    return this.polls && (!this.read || this.api.nowMs - this.read.atMs >= SCALE_LIFETIME_MS);
  }

  /** A consistent read of the owner's scale. */
  readNumber(): void {
    const { replicas, nowMs } = this.api;
    this.read = { replicas, atMs: nowMs, moment: this.api.moment() };
  }

  /** The next event of the pods' watch, or a bookmark when there is none. */
  advancePods(): void {
    if (this.isSilent) return;
    const next = this.api.podHistory[this.podsIndex + 1];
    this.step(next, next?.version ?? this.api.version);
    this.heardAtMs = this.api.nowMs;
  }

  private step(next: PodsAt | undefined, version: number): void {
    if (next) {
      const before = this.podsShown;
      this.podsIndex += 1;
      this.noteEnds(before);
    }
    this.podsVersion = version;
  }

  /** As `advancePods`. */
  advanceReplicas(): void {
    if (this.isSilent) return;
    const next = this.api.replicaHistory[this.replicasIndex + 1];
    if (next) this.replicasIndex += 1;
    this.replicasVersion = next?.version ?? this.api.version;
  }

  /** Everything that came up to now, as far as there was anything: without bookmarks. */
  hearEvents(untilMs = this.api.nowMs): void {
    if (this.isSilent) return;
    const { podHistory, replicaHistory } = this.api;
    for (let next = podHistory[this.podsIndex + 1]; next && next.atMs <= untilMs; ) {
      this.step(next, Math.max(this.podsVersion, next.version));
      next = podHistory[this.podsIndex + 1];
    }
    for (let next = replicaHistory[this.replicasIndex + 1]; next && next.atMs <= untilMs; ) {
      this.replicasIndex += 1;
      this.replicasVersion = Math.max(this.replicasVersion, next.version);
      next = replicaHistory[this.replicasIndex + 1];
    }
    this.heardAtMs = this.api.nowMs;
  }

  /** What was seen so far, for whoever counts only after changes. */
  get seen(): string {
    return `${this.podsIndex} ${this.replicasIndex}`;
  }

  /** Time has passed, in which what is older than the longest lag has come, and bookmarks. */
  pass(): void {
    const { api } = this;
    this.hearEvents(api.nowMs - LONGEST_LAG_MS);
    if (this.isSilent) return;
    const version = api.versionAt(api.nowMs - BOOKMARKS_MS);
    this.podsVersion = Math.max(this.podsVersion, version);
    this.replicasVersion = Math.max(this.replicasVersion, version);
  }

  catchUp(): void {
    if (this.isSilent) return;
    this.list('pods');
    this.list('statefulsets');
  }

  /** A consistent list, on a connection of its own. */
  list(resource: string): void {
    const { api } = this;
    if (resource === 'pods') {
      const before = this.podsShown;
      this.podsIndex = api.podHistory.length - 1;
      this.noteEnds(before);
      this.podsVersion = api.version;
      this.podsListedAtMs = api.nowMs;
      this.heardAtMs = api.nowMs;
    } else {
      this.replicasIndex = api.replicaHistory.length - 1;
      this.replicasVersion = api.version;
      this.replicasListedAtMs = api.nowMs;
      this.replicasListedMoment = api.moment();
    }
  }

  listedResourceAtMs(resource: string): number {
    return resource === 'pods' ? this.podsListedAtMs : this.replicasListedAtMs;
  }

  /** A new process: it remembers nothing, and its first list may come from an API server that lags as well. */
  restart(pick: Pick): void {
    this.isSilent = false;
    this.catchUp();
    this.podsListedAtMs = Number.NEGATIVE_INFINITY;
    this.replicasListedAtMs = Number.NEGATIVE_INFINITY;
    this.replicasListedMoment = -1;
    this.podsIndex -= Math.min(this.podsIndex, pick(12));
    this.podsVersion = this.api.podHistory[this.podsIndex]?.version ?? 0;
    this.replicasIndex -= Math.min(this.replicasIndex, pick(2));
    this.replicasVersion = this.api.replicaHistory[this.replicasIndex]?.version ?? 0;
    this.read = undefined;
    this.ends.clear();
    this.absent.clear();
    this.vanished = [];
    this.made.clear();
    this.lastZones.clear();
    this.rememberedIndex = -1;
    this.noteEnds(new Map());
    this.pass();
  }

  /** Which pods are seen to end by what is shown now. */
  private noteEnds(before: ReadonlyMap<string, ModelPod>): void {
    const now = this.podsShown;
    for (const { name, uid, ordinal } of before.values()) {
      if (now.get(name)?.uid === uid) continue;
      this.ends.set(ordinal, this.api.moment());
      const madeAt = this.made.get(uid) ?? 0;
      this.vanished.push({ name, ordinal, goneAt: this.api.moment(), madeAt });
    }
    for (const { name, uid, ordinal, terminating } of now.values()) {
      const known = before.get(name);
      if (known?.uid !== uid) this.made.set(uid, this.api.moment());
      if (terminating && !(known?.uid === uid && known.terminating))
        this.ends.set(ordinal, this.api.moment());
    }
  }

  private get podsShown(): ReadonlyMap<string, ModelPod> {
    return this.api.podHistory[this.podsIndex]?.pods ?? new Map();
  }

  private get replicas(): number {
    if (this.polls) return this.read?.replicas ?? 0;
    return this.api.replicaHistory[this.replicasIndex]?.replicas ?? 0;
  }

  /** @param reservations of the budget that is counted */
  observe(reservations: readonly Reservation[]): BudgetObservation {
    const pods = this.podsShown;
    const { replicas } = this;
    if (this.rememberedIndex !== this.podsIndex) {
      this.rememberedIndex = this.podsIndex;
      for (const { name, zone } of pods.values()) if (zone !== undefined) this.lastZones.set(name, zone);
    }
    const all = [...pods.values()];
    const ordinals = this.api.owner.names === 'ordinal';
    const isCounted = ({ ordinal, labelled }: ModelPod) => labelled && (!ordinals || ordinal < replicas);
    const counted = all.filter(isCounted);
    const names = new Set(counted.map(({ name }) => name));
    const missing = ordinals
      ? missingOrdinals({ has: (name) => names.has(name) }, replicas).map(podName)
      : this.missingByNumber(counted, replicas);
    const observation = {
      versions: {
        pods: String(this.podsVersion),
        ...(!this.polls && { statefulsets: String(this.replicasVersion) }),
      },
      pods: counted,
      missing,
      uncounted: all.filter((pod) => !isCounted(pod)),
      expectedReplicas: replicas,
      lastZones: this.lastZones,
    };
    const isOld = this.isNumberOld(replicas) || this.isOlderThanAbsence(observation, reservations);
    return { ...observation, unconfirmed: isOld ? [{ ...OWNER, source: this.api.owner.number }] : [] };
  }

  private missingByNumber(pods: readonly ModelPod[], replicas: number): string[] {
    const lacking = Math.max(0, replicas - pods.length);
    if (lacking === 0) return [];
    const gone = this.notReplaced(pods, lacking);
    return Array.from({ length: lacking }, (_, index) => gone[index] ?? `ingester-missing-${index}`);
  }

  /** As `lastVanished` in owned-pods.ts. */
  private notReplaced(pods: readonly ModelPod[], lacking: number): string[] {
    const made = pods.map(({ uid }) => this.made.get(uid) ?? 0);
    const open = new Map<string, string>();
    let gone = 0;
    for (const pod of this.vanished.toReversed()) {
      gone += 1;
      open.set(pod.name, zoneOfOrdinal(pod.ordinal));
      const since = made.filter((at) => at > pod.goneAt).length;
      made.push(pod.madeAt);
      if (lacking - (gone - since) <= 0) break;
    }
    if (open.size > lacking && new Set(open.values()).size > 1) return [];
    return [...open.keys()].slice(0, lacking).toReversed();
  }

  /** The moment of the newest consistent answer that gives the number which is used. */
  private numberMoment(): number {
    if (this.polls) return this.read?.moment ?? -1;
    const confirmed = this.read?.replicas === this.replicas ? this.read.moment : -1;
    return Math.max(this.replicasListedMoment, confirmed);
  }

  private isNumberOld(replicas: number): boolean {
    const moment = this.numberMoment();
    const ordinals = this.api.owner.names === 'ordinal';
    for (const [ordinal, endedAt] of this.ends)
      if (endedAt > moment && (!ordinals || ordinal >= replicas)) return true;
    return false;
  }

  /** A reserved pod that was never seen: nobody knows when it ended. */
  private isOlderThanAbsence(
    { pods, missing, uncounted }: Shown,
    reservations: readonly Reservation[],
  ): boolean {
    return reservations.some(({ pod, uid }) => {
      if ([...pods, ...uncounted].some((each) => each.uid === uid || each.name === pod)) return false;
      if (missing.includes(pod)) return false;
      if (!this.absent.has(uid)) this.absent.set(uid, this.api.moment());
      return (this.absent.get(uid) ?? 0) > this.numberMoment();
    });
  }

  /** What is observed while the selector covers no pod. */
  observeNothing(): BudgetObservation {
    const { pods, uncounted, versions } = this.observe([]);
    return {
      versions,
      pods: [],
      missing: [],
      uncounted: [...pods, ...uncounted],
      unconfirmed: [],
      expectedReplicas: 0,
      lastZones: new Map(),
    };
  }
}

type Shown = { [K in 'pods' | 'missing' | 'uncounted']: BudgetObservation[K] };
