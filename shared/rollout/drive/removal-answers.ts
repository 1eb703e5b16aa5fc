import type { Clock } from '../../clock.ts';
import type { Pod } from '../../kube/objects.ts';
import type { Asked, RemovalOutcome } from '../../removals/removals.ts';
import type { Announcer } from './announcer.ts';
import type { Progress } from './progress.ts';
import type { ZonedPod } from './workload-port.ts';

/** What became of the requested removals: their responses as events, and which pods were removed. */
export class RemovalAnswers {
  private readonly clock: Clock;
  private readonly progress: Progress;
  private readonly announcer: Announcer;
  private readonly uids = new Set<string>();
  /** Pods whose eviction got no response; the watch shows whether it was carried out. */
  private readonly unanswered = new Map<string, ZonedPod>();

  constructor(clock: Clock, progress: Progress, announcer: Announcer) {
    this.clock = clock;
    this.progress = progress;
    this.announcer = announcer;
  }

  /** Uids of pods whose removal was accepted, or carried out without a response. */
  get removed(): ReadonlySet<string> {
    return this.uids;
  }

  /** Reports the response. */
  take(outcome: RemovalOutcome<ZonedPod>): void {
    const { name, uid, zone } = outcome.pod;
    switch (outcome.kind) {
      case 'accepted':
      case 'gone':
        this.wasRemoved(outcome.pod);
        break;
      case 'refused':
      case 'unanswered': {
        if (outcome.kind === 'unanswered') this.unanswered.set(uid, outcome.pod);
        const { reason, retryInMs } = outcome;
        this.announcer.removalAnswered(name, reason);
        this.announcer.say(this.clock.nowMs(), {
          type: 'eviction-refused',
          pod: name,
          zone,
          reason,
          retryInMs,
        });
        break;
      }
      case 'changed':
      case 'failed':
        break;
    }
  }

  /**
   * An unanswered request was carried out if its pod terminates or is gone.
   *
   * @param pods all existing pods; the watch must be up to date
   * @param asked whether the request may still be carried out
   */
  settle(pods: readonly Pod[], asked: (uid: string) => Asked | undefined): void {
    if (this.unanswered.size === 0) return;
    const present = new Map(pods.map(({ metadata }) => [metadata.uid, metadata]));
    for (const [uid, pod] of this.unanswered) {
      const seen = present.get(uid);
      if (!seen || seen.deletionTimestampMs !== undefined) this.wasRemoved(pod);
      else if (asked(uid) === undefined) this.unanswered.delete(uid);
    }
  }

  private wasRemoved({ name, uid, zone }: ZonedPod): void {
    this.unanswered.delete(uid);
    this.uids.add(uid);
    this.progress.podRemoved({ name, uid, zone }, this.clock.monotonicMs());
    this.announcer.removalAnswered(name, '');
    this.announcer.say(this.clock.nowMs(), { type: 'pod-evicted', pod: name, zone });
  }
}
