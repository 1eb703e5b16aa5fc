import type { Clock } from '../../clock.ts';
import type { DriveContext } from '../../drive/operator.ts';
import type { Kube } from '../../kube/kube.ts';
import type { Lease, Pod } from '../../kube/objects.ts';
import type { ConnectionState } from '../../kube/watch-cache.ts';
import type { PodToRemove } from '../../removals/pod-removal.ts';
import type { Asked, RemovalOutcome } from '../../removals/removals.ts';
import type { GateState, Observation } from '../decide/types.ts';
import type { Workload } from '../decide/workload.ts';
import type { Reporter, RolloutOutcome } from './events.ts';
import type { RolloutRequest } from './request.ts';
import type { RolloutLock } from './rollout-lock.ts';
import type { WorkloadWatches } from './watches.ts';

/** A workload that was found, before anything of it is watched. */
export interface FetchedWorkload {
  readonly workload: Workload;
  /** Whether a rollout will change its own object, also where its template stays. */
  readonly patches: boolean;
  open(context: DriveContext, listeners: WatchListeners): Promise<OpenedWorkload>;
  /**
   * Brings in order what a rollout has left that was killed; nobody may be rolling it out.
   *
   * @returns what was done, as a sentence goes on after the workload's name; undefined when there was nothing to do
   */
  giveUp(lease: Lease | undefined): Promise<string | undefined>;
}

export interface WatchListeners {
  onConnection(state: ConnectionState): void;
  onProblem(error: Error): void;
  /** Ends the wait for the first lists. */
  signal?: AbortSignal | undefined;
}

/** Watched, and ready to be rolled out; whoever opens it stops the watches. */
export interface OpenedWorkload {
  readonly watches: WorkloadWatches;
  readonly port: WorkloadPort;
}

/** What a rollout does in another way for each kind of workload. */
export interface WorkloadPort {
  /**
   * Shows what is to be changed about the workload, and asks for it once.
   *
   * @throws UserError when the answer is no, and where nobody can be asked
   */
  agree(request: RolloutRequest, context: DriveContext): Promise<void>;
  /** Whether the last rollout ended before it had left everything as it should be. */
  isLeftUnfinished(): Promise<boolean>;
  /** With the Lease held: keeps the controller from replacing pods by itself, and only then changes the template. */
  prepare(
    request: RolloutRequest,
    lock: RolloutLock,
    context: DriveContext,
    signal: AbortSignal,
  ): Promise<Prepared>;
  /** Closed while the controller replaces pods by itself. */
  gate(): GateState;
  removals(given: RemovalsGiven): PodRemovals;
  /** After the last pod: brings in order what the controller does not. */
  complete(reporter: Reporter, context: DriveContext): Promise<void>;
  /** With the Lease still held, however the rollout ended: leaves the workload as it should be. */
  leave(
    request: RolloutRequest,
    lock: RolloutLock,
    outcome: RolloutOutcome,
    context: DriveContext,
  ): Promise<void>;
}

/** A workload that is ready to be rolled out. */
export interface Prepared {
  workload: Workload;
  observation: Observation;
  /** Its command line is the one that goes on from here: a change that is made must not be made again. */
  request: RolloutRequest;
  changed: boolean;
}

export interface ZonedPod extends PodToRemove {
  zone: string;
}

/** What removes pods; see `Removals`. */
export interface PodRemovals {
  /** Removes what can be removed of these pods now; what is not begun of an earlier request is forgotten. */
  request(pods: readonly ZonedPod[]): void;
  /** Whether a request to remove this pod may still be carried out (R10); undefined where none is known of. */
  asked(uid: string): Asked | undefined;
  /** Takes in all pods that there are, by a watch that is not behind: what has become of requests. */
  look(pods: Iterable<Pod>): void;
  /** Makes requests for these pods impossible whose answers were lost. */
  ruleOut(pods: readonly PodToRemove[]): void;
  /** Refused pods may be asked for again at once. */
  retryNow(): void;
  /** Begins nothing more and resolves when what is under way has ended. */
  stop(): Promise<void>;
}

export interface RemovalsGiven {
  kube: Kube;
  clock: Clock;
  random: () => number;
  disableEviction: boolean;
  /** Uids of pods that a process before this one may have asked for. */
  suspects: readonly string[];
  onOutcome(outcome: RemovalOutcome<ZonedPod>): void;
  /** Asked before each act: false while this process must not act. */
  mayAct(): boolean;
  /** Asked right before an act that was long prepared: whether these pods would be chosen now, too. */
  isStillRight(pods: readonly ZonedPod[]): boolean;
  onRetryDue(): void;
  /** Something that the operator should know and that stops nothing. */
  onNotice(message: string): void;
  /** Something failed that nothing was prepared for: the rollout ends. */
  onError(error: unknown): void;
  /** Pods went that were not chosen: the rollout must not go on. */
  onStray(reason: string): void;
}

/** A workload that is watched. */
export interface Watched extends OpenedWorkload {
  kube: Kube;
  /** As it was when the command began. */
  found: Workload;
  /** Called whenever a watch is lost or mended; set by who wants to know. */
  listeners: WatchListeners;
}
