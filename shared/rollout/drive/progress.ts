import { type Audit, auditMoment, CLEAN_AUDIT } from '../decide/audit.ts';
import { isAvailable, tallyObservation, zoneOf } from '../decide/pods.ts';
import type { Observation, RolloutMemory, RolloutOptions } from '../decide/types.ts';
import type { RolloutEvent, RolloutSummary } from './events.ts';

/** One observation of the workload. */
export interface ObservedRollout {
  observation: Observation;
  memory: RolloutMemory;
  options: RolloutOptions;
  /** By the API server's clock. */
  serverNowMs: number;
  /** By the monotonic clock. */
  monotonicMs: number;
  nowMs: number;
}

interface Removed {
  name: string;
  zone: string;
  atMs: number;
  /** Its object is gone. */
  gone: boolean;
}

/**
 * Tracks removed pods: events for the reporters, figures for the summary. Events have wall-clock times; how long
 * something took is measured by the monotonic clock.
 */
export class Progress {
  private readonly startedAtMs: number;
  private revision: string | undefined;
  private audit: Audit = CLEAN_AUDIT;
  private readonly removed = new Map<string, Removed>();
  private readonly zones = new Map<string, { sinceMs: number; pods: Set<string> }>();
  private readonly tookMs: number[] = [];
  private readonly flushedMs: number[] = [];
  private waves = 0;

  /** @param startedAtMs by the monotonic clock, like all times that are given to it */
  constructor(startedAtMs: number) {
    this.startedAtMs = startedAtMs;
  }

  elapsedMs(nowMs: number): number {
    return nowMs - this.startedAtMs;
  }

  /** Observed times from removal to available, in ms. */
  get restartTimesMs(): readonly number[] {
    return this.tookMs;
  }

  /** Observed times from a pod's removal to its end, in ms. */
  get flushTimesMs(): readonly number[] {
    return this.flushedMs;
  }

  waveBegan(): void {
    this.waves += 1;
  }

  /** Counts each pod once, however often it is called for it. */
  podRemoved(pod: { name: string; uid: string; zone: string }, atMs: number): void {
    if (this.removed.has(pod.uid)) return;
    // A pod that is removed again before it recovered recovers once.
    for (const [uid, { name }] of this.removed) if (name === pod.name) this.removed.delete(uid);
    this.removed.set(pod.uid, { name: pod.name, zone: pod.zone, atMs, gone: false });
    const zone = this.zones.get(pod.zone) ?? { sinceMs: atMs, pods: new Set() };
    this.zones.set(pod.zone, { ...zone, pods: zone.pods.add(pod.name) });
  }

  /** Events since the last observation. */
  look(moment: ObservedRollout): RolloutEvent[] {
    const { observation, memory, options, serverNowMs, monotonicMs, nowMs } = moment;
    const tallies = tallyObservation(observation, memory, options.minReadyMs, serverNowMs);
    const terminating = observation.pods.filter((pod) => pod.terminating).length;
    this.audit = auditMoment(this.audit, tallies, terminating);
    this.followFlushes(observation, monotonicMs);
    const events: RolloutEvent[] = [];

    if (observation.revisionObserved && observation.updateRevision !== this.revision) {
      if (this.revision !== undefined) {
        events.push({
          atMs: nowMs,
          type: 'revision-changed',
          from: this.revision,
          to: observation.updateRevision,
        });
      }
      this.revision = observation.updateRevision;
    }
    const available = new Map(
      observation.pods
        .filter((pod) => isAvailable(pod, options.minReadyMs, serverNowMs))
        .map((pod) => [pod.name, pod]),
    );
    for (const [uid, pod] of this.removed) {
      const successor = available.get(pod.name);
      if (!successor || successor.uid === uid) continue;
      this.removed.delete(uid);
      const tookMs = monotonicMs - pod.atMs;
      this.tookMs.push(tookMs);
      events.push({ atMs: nowMs, type: 'pod-back', pod: pod.name, zone: pod.zone, tookMs });
    }
    const unfinished = new Set(
      observation.pods.filter((pod) => pod.stale && !pod.surplus).map((pod) => zoneOf(pod, memory)),
    );
    for (const [zone, { sinceMs, pods }] of this.zones) {
      const down = tallies.some((tally) => tally.zone === zone && tally.down.length > 0);
      if (down || unfinished.has(zone) || !observation.revisionObserved) continue;
      this.zones.delete(zone);
      events.push({
        atMs: nowMs,
        type: 'zone-finished',
        zone,
        pods: pods.size,
        tookMs: monotonicMs - sinceMs,
      });
    }
    return events;
  }

  private followFlushes({ pods }: Observation, nowMs: number): void {
    if (this.removed.size === 0) return;
    const present = new Set(pods.map(({ uid }) => uid));
    for (const [uid, pod] of this.removed) {
      if (pod.gone || present.has(uid)) continue;
      pod.gone = true;
      this.flushedMs.push(nowMs - pod.atMs);
    }
  }

  summary(nowMs: number): RolloutSummary {
    return {
      tookMs: this.elapsedMs(nowMs),
      waves: this.waves,
      podsReplaced: this.tookMs.length,
      ...this.audit,
      oneAtATimeMs: this.tookMs.length > 0 ? this.tookMs.reduce((sum, each) => sum + each, 0) : undefined,
    };
  }
}
