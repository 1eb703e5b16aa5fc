import type { Clock } from '../../shared/clock.ts';
import type { Kube } from '../../shared/kube/kube.ts';
import type { RemovalWay } from '../../shared/removals/pod-removal.ts';
import type { Cordons } from './cordon.ts';
import type { DrainOptions } from './decide/types.ts';
import type { DrainOutcome, DrainReporter, DrainSummary } from './events.ts';
import type { DrainLeases } from './leases.ts';
import type { DrainObserver } from './observe.ts';
import type { Rollouts } from './rollouts.ts';
import type { DrainWatches } from './watches.ts';

export interface DriverOptions {
  kube: Kube;
  clock: Clock;
  random: () => number;
  watches: Pick<DrainWatches, 'pods' | 'staleSinceMs'>;
  rollouts: Pick<Rollouts, 'staleSinceMs'>;
  observer: Pick<DrainObserver, 'look'>;
  leases: Pick<DrainLeases, 'claim' | 'keep' | 'yield' | 'stop'>;
  cordons: Pick<Cordons, 'cordon' | 'names'>;
  options: DrainOptions;
  removal: RemovalWay;
  reporter: DrainReporter;
  /** Called at each turn: why no more pods may be evicted; undefined without a hold. */
  hold?: (() => string | undefined) | undefined;
}

export interface DrainEnd {
  outcome: DrainOutcome;
  reason: string;
  summary: DrainSummary;
  /** Nodes cordoned by this process and not finished: not empty, or not all of their pods have recovered. */
  unfinished: readonly string[];
}
