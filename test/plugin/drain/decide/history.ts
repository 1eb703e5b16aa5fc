import type {
  Cordon,
  DrainInput,
  DrainObservation,
  DrainOptions,
  DrainPod,
  DrainWorkload,
} from '../../../../plugin/drain/decide/types.ts';

/** What a witness who saw every observation and every decision knows, kept apart from the memory under test. */
export class History {
  begun = false;
  zone: string | undefined;
  batch = new Set<string>();
  /** Whether this process asked for a pod of that zone. */
  asked = false;
  /** Whether pods had to leave the zone since it was begun. */
  hadPods = false;
  wholeSinceMs: number | undefined;
  /** Pods that any process asked for, by uid, with their zone; until they are gone. */
  readonly removed = new Map<string, string | undefined>();
  /** By workload, the most pods of each zone that were down before the drain and have been ever since. */
  private readonly before = new Map<string, Map<string, number>>();
  /** The same over all zones: one of them may come back elsewhere. */
  private readonly beforeInAll = new Map<string, number>();
  /** Whether nobody can have drained before this process: no target was cordoned when it came. */
  private untouched: boolean | undefined;

  /** To be called with each observation before its decision is judged. */
  see(observation: DrainObservation, nowMs: number, options: Pick<DrainOptions, 'ignoreBroken'>): void {
    this.untouched ??= observation.nodes.every(({ cordoned }) => !cordoned);
    for (const workload of observation.workloads) {
      const known = this.before.get(workload.key);
      const told = options.ignoreBroken.includes(`${workload.namespace}/${workload.label}`);
      const least = new Map<string, number>();
      for (const { zone, down } of workload.zones) {
        const most = known ? (known.get(zone) ?? 0) : this.untouched || told ? down.length : 0;
        least.set(zone, Math.min(most, down.length));
      }
      this.before.set(workload.key, least);
      const count = countDown(workload);
      const excused = this.beforeInAll.get(workload.key) ?? (this.untouched || told ? count : 0);
      this.beforeInAll.set(workload.key, Math.min(excused, count));
    }
    const present = new Set(observation.pods.map(({ uid }) => uid));
    for (const uid of this.removed.keys()) if (!present.has(uid)) this.removed.delete(uid);
    const busy = observation.pods.some(
      (pod) => this.batch.has(pod.node) && pod.zone === this.zone && !cannotGo(pod, observation),
    );
    if (busy) this.hadPods = true;
    const whole = this.waitedFor(observation).length === 0 && !busy;
    this.wholeSinceMs = whole ? (this.wholeSinceMs ?? nowMs) : undefined;
  }

  /** Workloads that must be whole and are not. */
  waitedFor({ workloads }: DrainObservation): DrainWorkload[] {
    return workloads.filter((workload) => countDown(workload) > (this.beforeInAll.get(workload.key) ?? 0));
  }

  /** The zones in which more pods are down than were before the drain. */
  newlyDown({ key, zones }: DrainWorkload): DrainWorkload['zones'] {
    const before = this.before.get(key);
    return zones.filter(({ zone, down }) => down.length > (before?.get(zone) ?? 0));
  }

  cordoned(decision: Cordon): void {
    this.batch = new Set(decision.memory.batch);
    if (!decision.begins) return;
    this.begun = true;
    this.zone = decision.zone;
    this.asked = false;
    this.hadPods = false;
  }

  evicted(pods: readonly DrainPod[]): void {
    for (const { uid, zone } of pods) this.removed.set(uid, zone);
    this.asked = true;
  }

  /** The process died. What it asked for is under way all the same. */
  restarted(): void {
    this.begun = false;
    this.zone = undefined;
    this.batch = new Set();
    this.asked = false;
    this.hadPods = false;
    this.wholeSinceMs = undefined;
    this.before.clear();
    this.beforeInAll.clear();
    this.untouched = undefined;
  }
}

/** Whether nobody can ever move the pod: a zone budget guards it, and its node has no zone. */
export function cannotGo(pod: DrainPod, observation: DrainObservation): boolean {
  if (pod.zone !== undefined || pod.terminating || pod.asked || pod.zoneBudgets.length === 0) return false;
  return (
    pod.available || pod.zoneBudgets.some((key) => observation.zoneBudgets.get(key)?.policy !== 'AlwaysAllow')
  );
}

function countDown({ zones }: DrainWorkload): number {
  return zones.reduce((sum, { down }) => sum + down.length, 0);
}

/** Zones in the order that the options ask for. */
export function zonesInOrder({ observation, options }: DrainInput): (string | undefined)[] {
  const named = new Set(observation.nodes.flatMap(({ zone }) => zone ?? []));
  const preferred = options.zoneOrder.filter((zone) => named.has(zone));
  const others = [...named].filter((zone) => !preferred.includes(zone)).sort();
  return [...preferred, ...others, undefined];
}
