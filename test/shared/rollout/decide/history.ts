import type { Disrupt, Observation, RolloutInput } from '../../../../shared/rollout/decide/types.ts';

/** What a witness who saw every observation and every decision knows, kept apart from the memory under test. */
export class History {
  lastZones = new Map<string, string>();
  lastZone: string | undefined;
  lastZoneWholeSinceMs: number | undefined;
  revision: string | undefined;
  wavesTaken = 0;
  recovered = 0;
  /** Chosen for removal, by uid, until a successor serves. */
  chosen = new Map<string, { name: string; wasAvailable: boolean }>();
  private readonly evictedUids = new Set<string>();
  private durable:
    | (Pick<History, 'revision' | 'wavesTaken' | 'recovered' | 'chosen'> & { zone: string })
    | undefined;

  /** To be called with each observation before its decision is judged. */
  see(observation: Observation, minReadyMs: number, nowMs: number): void {
    const names = new Set([...observation.pods.map((pod) => pod.name), ...observation.missing]);
    for (const name of this.lastZones.keys()) if (!names.has(name)) this.lastZones.delete(name);
    for (const pod of observation.pods) if (pod.zone !== undefined) this.lastZones.set(pod.name, pod.zone);

    if (observation.revisionObserved && observation.updateRevision !== this.revision) {
      this.revision = observation.updateRevision;
      this.wavesTaken = 0;
      this.recovered = 0;
      for (const each of this.chosen.values()) each.wasAvailable = false;
    }
    const ready = observation.pods.filter(
      ({ terminating, asked, readySinceMs }) =>
        !terminating &&
        asked === undefined &&
        readySinceMs !== undefined &&
        nowMs - readySinceMs >= minReadyMs,
    );
    const uids = new Map(ready.map(({ name, uid }) => [name, uid]));
    const serving = (name: string, exceptUid: string) => uids.has(name) && uids.get(name) !== exceptUid;
    for (const [uid, each] of this.chosen) {
      if (serving(each.name, uid)) {
        if (each.wasAvailable) this.recovered += 1;
        this.chosen.delete(uid);
      } else if (!names.has(each.name)) this.chosen.delete(uid);
    }
    if (this.lastZone !== undefined) {
      const down = [...names].some(
        (name) => this.lastZones.get(name) === this.lastZone && !serving(name, 'none'),
      );
      this.lastZoneWholeSinceMs = down ? undefined : (this.lastZoneWholeSinceMs ?? nowMs);
    }
  }

  /**
   * The decision was made durable; its evictions may or may not follow.
   *
   * @param isKnown to the process that made it: if not, it is only what a later process begins with
   */
  decided(decision: Disrupt, availableUids: ReadonlySet<string>, isKnown = true): void {
    const before = { ...this, chosen: copy(this.chosen) };
    this.decide(decision, availableUids);
    if (!isKnown) Object.assign(this, { ...before, durable: this.durable });
  }

  private decide(decision: Disrupt, availableUids: ReadonlySet<string>): void {
    const tookAvailable = decision.pods.some((pod) => availableUids.has(pod.uid));
    if (decision.begins && tookAvailable) this.wavesTaken += 1;
    this.lastZone = decision.zone;
    this.lastZoneWholeSinceMs = undefined;
    const members = decision.memory.inFlight.filter(({ name }) => decision.later.includes(name));
    for (const { name, uid } of [...decision.pods, ...members]) {
      if (decision.begins || !this.chosen.has(uid))
        this.chosen.set(uid, { name, wasAvailable: availableUids.has(uid) });
    }
    const { revision, wavesTaken, recovered, chosen } = this;
    this.durable = { revision, wavesTaken, recovered, chosen: copy(chosen), zone: decision.zone };
  }

  /** A pod was really removed on our behalf. */
  evicted(uid: string): void {
    this.evictedUids.add(uid);
  }

  /** The process died. Its successor knows the zones that the memory tells, and the rest as of the last decision. */
  restarted(lastZones: Readonly<Record<string, string>>): void {
    this.lastZones = new Map(Object.entries(lastZones));
    if (!this.durable) return;
    const { zone, chosen, ...growth } = this.durable;
    Object.assign(this, growth, { chosen: copy(chosen) });
    if (zone === this.lastZone) return;
    this.lastZone = zone;
    this.lastZoneWholeSinceMs = undefined;
  }

  /** Pods removed on our behalf that nobody has seen serving again, in the zone where they are now. */
  takenAndNotBack(input: RolloutInput): { name: string; zone: string }[] {
    const names = new Set([...input.observation.pods.map((pod) => pod.name), ...input.observation.missing]);
    return [...this.chosen]
      .filter(([uid, each]) => this.evictedUids.has(uid) && names.has(each.name))
      .map(([, { name }]) => ({ name, zone: this.lastZones.get(name) ?? `?${name}` }));
  }

  /** The most pods that R5 allows to be taken now. */
  growthAllowed({ options }: RolloutInput): number {
    if (options.exponentialFactor === 0) return Number.POSITIVE_INFINITY;
    return options.pacing === 'wave'
      ? Math.floor(options.exponentialFactor ** this.wavesTaken)
      : Math.floor(1 + (options.exponentialFactor - 1) * this.recovered);
  }
}

type Chosen = History['chosen'];

function copy(chosen: Chosen): Chosen {
  return new Map([...chosen].map(([uid, each]) => [uid, { ...each }]));
}
