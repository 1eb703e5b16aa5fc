import type { ModelCluster, ModelPod } from './model.ts';

/** What is down by us, in truth: pods that served when they were evicted, until something serves in their place. */
export class TakenPods {
  readonly #taken = new Map<string, { uid: string; zone: string }>();
  readonly #minReadyMs: number;

  constructor(minReadyMs: number) {
    this.#minReadyMs = minReadyMs;
  }

  /** @returns zones that are down by us besides the one of this pod, which goes now */
  take({ name, uid, zone: own, readySinceMs }: ModelPod): readonly string[] {
    if (own === undefined || readySinceMs === undefined) return [];
    // A successor that did not serve yet leaves what it was to bring back.
    const zone = this.#taken.get(name)?.zone ?? own;
    this.#taken.set(name, { uid, zone });
    const zones = new Set([...this.#taken.values()].map((each) => each.zone));
    return [...zones].filter((other) => other !== zone);
  }

  /** To be called after whatever happens. */
  look(cluster: ModelCluster): void {
    for (const [name, { uid }] of this.#taken) {
      const pod = cluster.pods.get(name);
      const { readySinceMs = Number.POSITIVE_INFINITY } = pod ?? {};
      const isReady = cluster.nowMs - readySinceMs >= this.#minReadyMs;
      const serves = pod && pod.uid !== uid && isReady && !pod.terminating;
      if (serves || !cluster.expectedNames().includes(name)) this.#taken.delete(name);
    }
  }
}
