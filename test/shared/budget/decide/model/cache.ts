import type { BudgetObservation } from '../../../../../shared/budget/decide/types.ts';
import { type ApiServer, type ModelPod, missingOrdinals, podName } from './api-server.ts';
import type { Pick } from './random.ts';

/** No watch that is not silent lags for longer. */
const LONGEST_LAG_MS = 30_000;
/** How often a bookmark says how far a watch has got; one that lags comes later. */
const BOOKMARKS_MS = 60_000 + LONGEST_LAG_MS;
/** As webhook/cluster/freshness.ts: from then on a cache is not believed. */
const LONGEST_SILENCE_MS = 100_000;

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
    return Math.min(this.podsListedAtMs, this.replicasListedAtMs);
  }

  /** The next event of the pods' watch, or a bookmark when there is none. */
  advancePods(): void {
    if (this.isSilent) return;
    const next = this.api.podHistory[this.podsIndex + 1];
    if (next) this.podsIndex += 1;
    this.podsVersion = next?.version ?? this.api.version;
    this.heardAtMs = this.api.nowMs;
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
      this.podsIndex += 1;
      this.podsVersion = Math.max(this.podsVersion, next.version);
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
      this.podsIndex = api.podHistory.length - 1;
      this.podsVersion = api.version;
      this.podsListedAtMs = api.nowMs;
      this.heardAtMs = api.nowMs;
    } else {
      this.replicasIndex = api.replicaHistory.length - 1;
      this.replicasVersion = api.version;
      this.replicasListedAtMs = api.nowMs;
    }
  }

  listedResourceAtMs(resource: string): number {
    return resource === 'pods' ? this.podsListedAtMs : this.replicasListedAtMs;
  }

  /** A new process: it remembers nothing, and its first list may come from an API server that lags as well. */
  restart(pick: Pick): void {
    this.lastZones.clear();
    this.rememberedIndex = -1;
    this.isSilent = false;
    this.catchUp();
    this.podsListedAtMs = Number.NEGATIVE_INFINITY;
    this.replicasListedAtMs = Number.NEGATIVE_INFINITY;
    this.podsIndex -= Math.min(this.podsIndex, pick(12));
    this.podsVersion = this.api.podHistory[this.podsIndex]?.version ?? 0;
    this.replicasIndex -= Math.min(this.replicasIndex, pick(2));
    this.replicasVersion = this.api.replicaHistory[this.replicasIndex]?.version ?? 0;
    this.pass();
  }

  observe(): BudgetObservation {
    const pods: ReadonlyMap<string, ModelPod> = this.api.podHistory[this.podsIndex]?.pods ?? new Map();
    const replicas = this.api.replicaHistory[this.replicasIndex]?.replicas ?? 0;
    if (this.rememberedIndex !== this.podsIndex) {
      this.rememberedIndex = this.podsIndex;
      for (const { name, zone } of pods.values()) if (zone !== undefined) this.lastZones.set(name, zone);
    }
    const all = [...pods.values()];
    return {
      versions: { pods: String(this.podsVersion), statefulsets: String(this.replicasVersion) },
      pods: all.filter(({ ordinal }) => ordinal < replicas),
      missing: missingOrdinals(pods, replicas).map(podName),
      uncounted: all.filter(({ ordinal }) => ordinal >= replicas),
      expectedReplicas: replicas,
      lastZones: this.lastZones,
    };
  }

  /** What is observed while the selector covers no pod. */
  observeNothing(): BudgetObservation {
    const { pods, uncounted, versions } = this.observe();
    return {
      versions,
      pods: [],
      missing: [],
      uncounted: [...pods, ...uncounted],
      expectedReplicas: 0,
      lastZones: new Map(),
    };
  }
}
