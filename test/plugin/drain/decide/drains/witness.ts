import type { ModelCluster, ModelWorkload } from '../model.ts';

interface Outage {
  /** Where the pod was when it went down. */
  zone: string;
  sinceStep: number;
  byUs: boolean;
}

/**
 * Sees the cluster as it is, and knows nothing of how drains decide: never are pods of two zones of a workload down by
 * us. A pod is down from when it stops serving until it, or its successor, serves again.
 */
export class Witness {
  violation: string | undefined;
  /** Evictions that were carried out. */
  evictions = 0;
  private readonly cluster: ModelCluster;
  /** Workloads that must not be down in two zones together: each by itself, or all under one budget. */
  private readonly groups: readonly (readonly ModelWorkload[])[];
  private readonly outages = new Map<string, Outage>();

  constructor(cluster: ModelCluster, oneBudget: boolean) {
    this.cluster = cluster;
    this.groups = oneBudget ? [cluster.workloads] : cluster.workloads.map((each) => [each]);
    this.look(0);
  }

  /** To be called after every step. */
  look(step: number): void {
    for (const workload of this.cluster.workloads) {
      const down = new Map(this.cluster.downOf(workload).map(({ name, zone }) => [name, zone]));
      for (const name of this.cluster.namesOf(workload)) {
        const zone = down.get(name);
        if (zone === undefined) this.outages.delete(name);
        else if (!this.outages.has(name)) this.outages.set(name, { zone, sinceStep: step, byUs: false });
      }
    }
  }

  /**
   * A drain's eviction is carried out now.
   *
   * @param uid the pod, which is not evicted yet
   * @param basisStep the step whose state the drain had seen when it asked: it cannot know of what failed later
   */
  evicted(uid: string, basisStep: number, step: number): void {
    const pod = [...this.cluster.pods.values()].find((each) => each.uid === uid);
    if (!pod?.workload || pod.terminating) return;
    this.evictions += 1;
    const zone = this.cluster.countedIn(pod.name);
    const { ready, workload, name } = pod;
    if (ready) {
      const group = this.groups.find((each) => each.includes(workload)) ?? [];
      for (const other of group.flatMap((each) => this.cluster.namesOf(each))) {
        const outage = this.outages.get(other);
        if (!outage || outage.zone === zone || (!outage.byUs && outage.sinceStep > basisStep)) continue;
        this.violation ??= `step ${step}: ${name} of ${zone} is evicted while ${other} of ${outage.zone} is down${outage.byUs ? ' by us' : ''}`;
      }
    }
    this.outages.set(name, {
      zone,
      sinceStep: this.outages.get(name)?.sinceStep ?? step,
      byUs: true,
    });
  }
}
