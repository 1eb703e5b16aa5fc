import type { Clock } from '../../clock.ts';
import type { GateWatch } from '../../gates/watch.ts';
import type { Kube } from '../../kube/kube.ts';
import type { Orders } from '../decide/snapshot.ts';
import type { RolloutMemory, RolloutOptions } from '../decide/types.ts';
import type { WorkloadKind } from '../decide/workload.ts';
import type { Reporter, RolloutOutcome, RolloutSummary } from './events.ts';
import type { FailureWatch } from './failures.ts';
import type { KillWatch } from './kills.ts';
import type { RolloutLock } from './rollout-lock.ts';
import type { WorkloadWatches } from './watches.ts';
import type { WorkloadPort } from './workload-port.ts';

/** What a rollout is driven with. */
export interface DriverOptions {
  kube: Kube;
  clock: Clock;
  random: () => number;
  namespace: string;
  kind: WorkloadKind;
  /** Of the workload that was asked for: one of the same name made later is another. */
  uid: string;
  watches: WorkloadWatches;
  port: Pick<WorkloadPort, 'gate' | 'removals'>;
  /** Asked at each turn: an operator may change them while the rollout runs. */
  options(): RolloutOptions;
  /** What operators have asked for, to be shown. */
  orders(): Orders;
  /** Conditions from outside that must be open. */
  gates: Pick<GateWatch, 'states' | 'fresh' | 'ensureFresh'>;
  failures: FailureWatch;
  kills: KillWatch;
  /** What the last holder of the Lease left, or an empty memory. */
  memory: RolloutMemory;
  /** The Lease: nothing is removed that is not named in its memory, and nothing while it may be another's. */
  lock: Pick<RolloutLock, 'save' | 'noteHeld' | 'uncertain'>;
  disableEviction: boolean;
  reporter: Reporter;
}

export interface RolloutEnd {
  outcome: RolloutOutcome;
  reason: string;
  summary: RolloutSummary;
}
