import type { Clock } from '../../clock.ts';
import type { GateWatch } from '../../gates/watch.ts';
import type { Kube } from '../../kube/kube.ts';
import type { Orders } from '../decide/snapshot.ts';
import type { RolloutMemory, RolloutOptions } from '../decide/types.ts';
import type { Workload } from '../decide/workload.ts';
import type { Reporter, RolloutOutcome, RolloutSummary } from './events.ts';
import type { FailureWatch } from './failures.ts';
import type { KillWatch } from './kills.ts';
import type { RolloutLock } from './rollout-lock.ts';
import type { WorkloadWatches } from './watches.ts';
import type { WorkloadPort } from './workload-port.ts';

export interface DriverOptions {
  kube: Kube;
  clock: Clock;
  random: () => number;
  /** The workload when the rollout began: one recreated with the same name is another. */
  found: Workload;
  watches: WorkloadWatches;
  port: Pick<WorkloadPort, 'gates' | 'removals'>;
  /** Called every turn: an operator may change them during the rollout. */
  options(): RolloutOptions;
  /** Operator orders, for display. */
  orders(): Orders;
  /** External conditions that must be open. */
  gates: Pick<GateWatch, 'states' | 'fresh' | 'ensureFresh'>;
  failures: FailureWatch;
  kills: KillWatch;
  /** The memory of the Lease's previous holder, or an empty one. */
  memory: RolloutMemory;
  /** The Lease: only pods named in its stored memory are removed, and none while another process may hold it. */
  lock: Pick<RolloutLock, 'save' | 'noteHeld' | 'uncertain'>;
  disableEviction: boolean;
  reporter: Reporter;
}

export interface RolloutEnd {
  outcome: RolloutOutcome;
  reason: string;
  summary: RolloutSummary;
}
