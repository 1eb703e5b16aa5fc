import type { Clock } from '../../clock.ts';
import type { DriveContext } from '../../drive/operator.ts';
import type { Kube } from '../../kube/kube.ts';
import type { Pod } from '../../kube/objects.ts';
import type { ConnectionState } from '../../kube/watch-cache.ts';
import type { ZoneSource } from '../../kube/zones.ts';
import type { PodToRemove } from '../../removals/pod-removal.ts';
import type { Asked, RemovalOutcome } from '../../removals/removals.ts';
import type { GateState, Observation } from '../decide/types.ts';
import type { Workload } from '../decide/workload.ts';
import type { Reporter, RolloutOutcome } from './events.ts';
import type { RolloutRequest } from './request.ts';
import type { RolloutLock } from './rollout-lock.ts';
import type { WorkloadWatches } from './watches.ts';

/** A workload that exists and is not watched yet. */
export interface FetchedWorkload {
  readonly workload: Workload;
  /** Whether a rollout changes the workload's own object, even if its template stays the same. */
  readonly patches: boolean;
  /** @param zones where the pods' zones come from; undefined for the workload's default */
  open(
    context: DriveContext,
    listeners: WatchListeners,
    zones: ZoneSource | undefined,
  ): Promise<OpenedWorkload>;
  /**
   * Cleans up after a rollout that was killed; no process may be rolling it out.
   *
   * @returns what was done, as a clause after the workload's name; undefined if there was nothing to do
   */
  giveUp(how: { clock: Clock; holdsLease(): boolean }): Promise<string | undefined>;
}

export interface WatchListeners {
  onConnection(state: ConnectionState): void;
  onProblem(error: Error): void;
  /** Cancels the wait for the first lists. */
  signal?: AbortSignal | undefined;
}

/** A workload that is watched and can be rolled out; the caller must stop the watches. */
export interface OpenedWorkload {
  readonly watches: WorkloadWatches;
  readonly port: WorkloadPort;
}

/** The parts of a rollout that differ between kinds. */
export interface WorkloadPort {
  /**
   * Prints the changes to the workload, and asks once for confirmation.
   *
   * @throws UserError if the answer is no, or without a terminal to ask on
   */
  agree(request: RolloutRequest, context: DriveContext): Promise<void>;
  /** Whether the last rollout did not complete its cleanup. */
  isLeftUnfinished(): Promise<boolean>;
  /** With the Lease acquired: stops the controller from replacing pods itself, and only then changes the template. */
  prepare(
    request: RolloutRequest,
    lock: RolloutLock,
    context: DriveContext,
    signal: AbortSignal,
  ): Promise<Prepared>;
  /** Closed while a controller replaces pods itself, or the members' own annotations hold the rollout. */
  gates(): readonly GateState[];
  removals(given: RemovalsGiven): PodRemovals;
  /** After the last pod: completes what the controller does not. */
  complete(reporter: Reporter, context: DriveContext): Promise<void>;
  /**
   * With the Lease still acquired, whatever the outcome: leaves the workload in its proper state.
   *
   * @returns whether all requests for it have been answered; if not, the next holder must know
   */
  leave(
    request: RolloutRequest,
    lock: RolloutLock,
    outcome: RolloutOutcome,
    context: DriveContext,
  ): Promise<boolean>;
}

/** A workload that can be rolled out. */
export interface Prepared {
  workload: Workload;
  observation: Observation;
  /** With the command line that resumes from here: a change that was applied must not be applied again. */
  request: RolloutRequest;
  changed: boolean;
}

export interface ZonedPod extends PodToRemove {
  zone: string;
}

/** Removes pods; see `Removals`. */
export interface PodRemovals {
  /** Removes as many of these pods as possible now; earlier requests that were not started are dropped. */
  request(pods: readonly ZonedPod[]): void;
  /** Whether a request to remove this pod may still be carried out (R10); undefined if none is known. */
  asked(uid: string): Asked | undefined;
  /** Updates the state of requests from all existing pods; the watch must be up to date. */
  look(pods: Iterable<Pod>): void;
  /** Makes lost requests for these pods impossible to carry out. */
  ruleOut(pods: readonly PodToRemove[]): void;
  /** Refused pods may be retried immediately. */
  retryNow(): void;
  /** Starts nothing more and resolves when requests in progress have ended. */
  stop(): Promise<void>;
}

export interface RemovalsGiven {
  kube: Kube;
  clock: Clock;
  random: () => number;
  disableEviction: boolean;
  /** Uids of pods whose removal an earlier process may have requested. */
  suspects: readonly string[];
  onOutcome(outcome: RemovalOutcome<ZonedPod>): void;
  /** Checked before each action: false while this process must not act. */
  mayAct(): boolean;
  /** False while another process may hold the Lease: what was begun must not be continued either. */
  holdsLease(): boolean;
  /** Checked directly before an action with long preparations: whether the same pods would be chosen now. */
  isStillRight(pods: readonly ZonedPod[]): boolean;
  onRetryDue(): void;
  /** Information for the operator that does not stop the rollout. */
  onNotice(message: string): void;
  /** An unexpected error: the rollout ends. */
  onError(error: unknown): void;
  /** Pods were removed that were not chosen: the rollout must not continue. */
  onStray(reason: string): void;
}

/** A workload being watched. */
export interface Watched extends OpenedWorkload {
  kube: Kube;
  /** Its state when the command began. */
  found: Workload;
  /** Called whenever a watch is lost or restored; set by its users. */
  listeners: WatchListeners;
}
