import type { BudgetObservation } from '../../../../shared/budget/types.ts';
import { type ApiServer, missingOrdinals, podName } from './api-server.ts';
import type { Pick } from './random.ts';

/** Watch caches of the pods and of their owner: two watches, which lag independently and may restart in the past. */
export class LaggingCache {
  private readonly api: ApiServer;
  private podsIndex = 0;
  private podsVersion = 0;
  private replicasIndex = 0;
  private replicasVersion = 0;
  private rememberedIndex = -1;
  private readonly lastZones = new Map<string, string>();

  constructor(api: ApiServer) {
    this.api = api;
    this.podsVersion = api.podHistory[0]?.version ?? 0;
    this.replicasVersion = api.replicaHistory[0]?.version ?? 0;
  }

  /** The next event of the pods' watch, or a bookmark when there is none. */
  advancePods(): void {
    const next = this.api.podHistory[this.podsIndex + 1];
    if (next) this.podsIndex += 1;
    this.podsVersion = next?.version ?? this.api.version;
  }

  /** As `advancePods`. */
  advanceReplicas(): void {
    const next = this.api.replicaHistory[this.replicasIndex + 1];
    if (next) this.replicasIndex += 1;
    this.replicasVersion = next?.version ?? this.api.version;
  }

  catchUp(): void {
    this.podsIndex = this.api.podHistory.length - 1;
    this.podsVersion = this.api.version;
    this.replicasIndex = this.api.replicaHistory.length - 1;
    this.replicasVersion = this.api.version;
  }

  /** A new process: it remembers nothing, and its first list may come from an API server that lags as well. */
  restart(pick: Pick): void {
    this.lastZones.clear();
    this.rememberedIndex = -1;
    this.catchUp();
    this.podsIndex -= Math.min(this.podsIndex, pick(12));
    this.podsVersion = this.api.podHistory[this.podsIndex]?.version ?? 0;
    this.replicasIndex -= Math.min(this.replicasIndex, pick(2));
    this.replicasVersion = this.api.replicaHistory[this.replicasIndex]?.version ?? 0;
  }

  observe(): BudgetObservation {
    const pods = this.api.podHistory[this.podsIndex]?.pods ?? new Map();
    const replicas = this.api.replicaHistory[this.replicasIndex]?.replicas ?? 0;
    if (this.rememberedIndex !== this.podsIndex) {
      this.rememberedIndex = this.podsIndex;
      for (const { name, zone } of pods.values()) if (zone !== undefined) this.lastZones.set(name, zone);
    }
    return {
      versions: { pods: String(this.podsVersion), statefulsets: String(this.replicasVersion) },
      pods: [...pods.values()],
      missing: missingOrdinals(pods, replicas).map(podName),
      expectedReplicas: replicas,
      lastZones: this.lastZones,
    };
  }
}
