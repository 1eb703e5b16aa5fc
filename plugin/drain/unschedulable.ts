import type { Pod } from '../../shared/kube/objects.ts';
import type { DownPod } from './decide/types.ts';

/** The time at which the cluster is observed. */
export interface ObservedAt {
  /** By the monotonic clock: for durations within this process. */
  nowMs: number;
  /** By the API server's clock, ms since the epoch: for timestamps in objects. */
  serverNowMs: number;
}

/**
 * Since when pods are unschedulable. From when this process first sees that, it is measured by the monotonic clock, so
 * that no clock that is set lengthens or shortens `--pending-timeout`; the time before, by the condition's timestamp.
 */
export class UnschedulablePods {
  /** By uid, by the monotonic clock. */
  private readonly since = new Map<string, number>();

  /** @returns the scheduler's message for an unschedulable pod, and since when it is, by the monotonic clock */
  look({ metadata, status }: Pod, { nowMs, serverNowMs }: ObservedAt): DownPod['unschedulable'] {
    const { uid, deletionTimestampMs, creationTimestampMs } = metadata;
    const scheduled = status.conditions.find(({ type }) => type === 'PodScheduled');
    const isUnschedulable = scheduled?.status === 'False' && scheduled.reason === 'Unschedulable';
    if (!isUnschedulable || deletionTimestampMs !== undefined) {
      this.since.delete(uid);
      return undefined;
    }
    const timestampMs = scheduled.lastTransitionTimeMs ?? creationTimestampMs ?? serverNowMs;
    const sinceMs = this.since.get(uid) ?? nowMs - Math.max(0, serverNowMs - timestampMs);
    this.since.set(uid, sinceMs);
    return { message: scheduled.message, sinceMs };
  }

  /** Forgets pods that no longer exist. */
  keep(exists: (uid: string) => boolean): void {
    for (const uid of this.since.keys()) if (!exists(uid)) this.since.delete(uid);
  }
}
