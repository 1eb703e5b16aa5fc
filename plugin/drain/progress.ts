import type { Instant } from '../../shared/clock.ts';
import type { DrainPace } from './decide/time-left.ts';
import type { DrainMemory, DrainObservation, DrainPod } from './decide/types.ts';
import type { DrainEvent, DrainSummary } from './events.ts';
import { keyOf } from './guards.ts';

interface NodeProgress {
  zone: string | null;
  sinceMs: number;
  drained: boolean;
}

/**
 * Tracks the progress of nodes and pods: events for the reporters, figures for the summary. Events have wall-clock times;
 * how long something took is measured by the monotonic clock.
 */
export class Progress {
  private readonly startedAtMs: number;
  /** Nodes whose drain has begun. */
  private readonly nodes = new Map<string, NodeProgress>();
  /** By node: uids of the pods that had to leave it. */
  private readonly seen = new Map<string, Set<string>>();
  /** Pods whose removal was accepted, by uid, until they are gone. */
  private readonly leaving = new Map<string, { pod: DrainPod; sinceMs: number }>();
  private zone: { zone: string | null; sinceMs: number } | undefined;
  private evicted = 0;
  private refusals = 0;
  private zonesDownTogether = 0;
  private readonly finished: { pods: number; tookMs: number }[] = [];

  /** @param startedAtMs by the monotonic clock */
  constructor(startedAtMs: number) {
    this.startedAtMs = startedAtMs;
  }

  elapsedMs({ monotonicMs }: Instant): number {
    return monotonicMs - this.startedAtMs;
  }

  /** Evictions refused so far. */
  get refused(): number {
    return this.refusals;
  }

  /** By node: how many pods had to leave it so far. */
  get podsSeen(): ReadonlyMap<string, number> {
    return new Map([...this.seen].map(([node, uids]) => [node, uids.size]));
  }

  /** For the time left. */
  paceAt({ monotonicMs }: Instant): Omit<DrainPace, 'soakMs'> {
    const currentForMs = this.zone && monotonicMs - this.zone.sinceMs;
    return { finished: this.finished, currentForMs };
  }

  podEvicted(pod: DrainPod, { monotonicMs }: Instant): void {
    this.evicted += 1;
    this.leaving.set(pod.uid, { pod, sinceMs: monotonicMs });
  }

  podRefused(): void {
    this.refusals += 1;
  }

  /** @returns the events that finish the previous zone */
  zoneBegan(zone: string | undefined, now: Instant): DrainEvent[] {
    const finished = this.zoneFinished(now);
    this.zone = { zone: zone ?? null, sinceMs: now.monotonicMs };
    return finished;
  }

  /** Finishes the zone that was begun last. */
  zoneFinished({ wallMs, monotonicMs }: Instant): DrainEvent[] {
    if (!this.zone) return [];
    const { zone, sinceMs } = this.zone;
    this.zone = undefined;
    const nodes = [...this.nodes].filter(([, node]) => node.zone === zone).map(([name]) => name);
    const pods = nodes.reduce((sum, name) => sum + (this.seen.get(name)?.size ?? 0), 0);
    const tookMs = monotonicMs - sinceMs;
    this.finished.push({ pods, tookMs });
    return [{ atMs: wallMs, type: 'zone-finished', zone, nodes: nodes.length, pods, tookMs }];
  }

  /** What has happened since the last observation. */
  look(
    { observation, zonesDown }: { observation: DrainObservation; zonesDown: number },
    memory: DrainMemory,
    now: Instant,
  ): DrainEvent[] {
    if (zonesDown > 1) this.zonesDownTogether = Math.max(this.zonesDownTogether, zonesDown);
    for (const { node, uid } of observation.pods) {
      const uids = this.seen.get(node) ?? new Set<string>();
      this.seen.set(node, uids.add(uid));
    }
    return [...this.podsGone(observation, now), ...this.nodesDrained(observation, memory, now)];
  }

  /** @param cordoned nodes left cordoned */
  summary(now: Instant, cordoned: readonly string[]): DrainSummary {
    return {
      tookMs: this.elapsedMs(now),
      nodesDrained: [...this.nodes.values()].filter(({ drained }) => drained).length,
      podsEvicted: this.evicted,
      requestsRefused: this.refusals,
      zonesDownTogether: this.zonesDownTogether,
      cordoned,
    };
  }

  /** Names of the drained nodes. */
  get drained(): ReadonlySet<string> {
    return new Set([...this.nodes].filter(([, { drained }]) => drained).map(([name]) => name));
  }

  private podsGone({ pods }: DrainObservation, { wallMs, monotonicMs }: Instant): DrainEvent[] {
    const present = new Set(pods.map(({ uid }) => uid));
    return [...this.leaving].flatMap(([uid, { pod, sinceMs }]): DrainEvent[] => {
      if (present.has(uid)) return [];
      this.leaving.delete(uid);
      const { node } = pod;
      const tookMs = monotonicMs - sinceMs;
      return [{ atMs: wallMs, type: 'pod-gone', pod: keyOf(pod), node, tookMs }];
    });
  }

  private nodesDrained(
    { nodes, pods }: DrainObservation,
    memory: DrainMemory,
    { wallMs, monotonicMs }: Instant,
  ): DrainEvent[] {
    const zone = memory.zone ?? null;
    for (const name of memory.batch) {
      if (!this.nodes.has(name)) this.nodes.set(name, { zone, sinceMs: monotonicMs, drained: false });
    }
    const full = new Set(pods.map(({ node }) => node));
    const open = new Set(nodes.filter(({ cordoned }) => !cordoned).map(({ name }) => name));
    return [...this.nodes].flatMap(([node, progress]): DrainEvent[] => {
      if (progress.drained || full.has(node) || open.has(node)) return [];
      progress.drained = true;
      const tookMs = monotonicMs - progress.sinceMs;
      const count = this.seen.get(node)?.size ?? 0;
      return [{ atMs: wallMs, type: 'node-drained', node, zone: progress.zone, pods: count, tookMs }];
    });
  }
}
