import type { Kube } from '../../kube/kube.ts';
import type { Workload } from '../decide/workload.ts';
import type { Reporter } from './events.ts';
import type { RolloutProbe } from './probe.ts';
import type { WorkloadWatches } from './watches.ts';

/** What the process provides to its rollout. */
export interface RolloutHost {
  /** Opens the view; `live` is undefined if there is nothing to do except report that. */
  openReporter(live: LiveRollout | undefined): Promise<Reporter>;
  /** @param signal aborts when the rollout has ended */
  startProbe(signal: AbortSignal): Promise<RolloutProbe>;
  /** Calls `listener` on an interrupt, and returns a function that removes it. */
  onInterrupt(listener: () => void): () => void;
}

/** What a live view may use. */
export interface LiveRollout {
  kube: Kube;
  watches: WorkloadWatches;
  workload: Workload;
  /** Stops the rollout. */
  stop(outcome: 'stopped' | 'interrupted'): void;
}
