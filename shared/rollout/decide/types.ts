import type { IntOrPercent } from '../../int-or-percent.ts';

/** A workload's pods as the decision sees them. Nothing here is particular to StatefulSets. */
export interface Observation {
  /** Pods that the spec asks for. */
  replicas: number;
  /** The revision that every pod shall have. */
  updateRevision: string;
  /** Whether status.observedGeneration has caught up, so that `updateRevision` belongs to the newest template. */
  revisionObserved: boolean;
  /** The controller brings pods back one after the other, in order (podManagementPolicy OrderedReady). */
  orderedReady: boolean;
  /** Pods that the workload's controller owns. */
  pods: readonly ObservedPod[];
  /** Names of pods that the spec asks for and that do not exist. */
  missing: readonly string[];
  /** Listing nodes is not allowed, so that only the pods' own labels tell their zones. Not so where it is left out. */
  nodesForbidden?: boolean | undefined;
}

export interface ObservedPod {
  name: string;
  uid: string;
  /** Decides the order within a zone: the highest goes first. */
  ordinal: number;
  /** Undefined before scheduling, and on a node without a zone label. */
  node: string | undefined;
  zone: string | undefined;
  /** It never had a node: it never ran, and replacing it makes nothing unavailable. */
  unscheduled?: boolean | undefined;
  /** Not on the update revision. */
  stale: boolean;
  terminating: boolean;
  /** Known as soon as the pod has been seen terminating. */
  termination?: Termination | undefined;
  /** Beyond the replicas that the spec asks for: the controller is about to delete it. */
  surplus: boolean;
  /** When the Ready condition became true, ms since the epoch; undefined while it is not Ready or not Running. */
  readySinceMs: number | undefined;
  /** What its conditions and containers say while it is not ready, such as "ImagePullBackOff". */
  problem: string | undefined;
  /**
   * Rule R10: its removal was asked for, and is neither known to have failed nor to have happened, so that it counts as
   * down. `sent`: the answer is awaited; `unanswered`: it was lost, or a process before this one may have asked.
   */
  asked?: 'sent' | 'unanswered' | undefined;
}

/** A graceful deletion under way, in ms since the epoch by the API server's clock. */
export interface Termination {
  /** When the deletion was asked for. */
  sinceMs: number;
  /** When the grace period is over: what still runs then is killed. */
  graceEndsAtMs: number;
}

/** How pods are taken: a wave at a time, or the next one as soon as one is back. */
export type Pacing = 'wave' | 'stream';

export interface RolloutOptions {
  maxUnavailable: IntOrPercent;
  /** Growth of the waves; 0 takes maxUnavailable at once, otherwise at least 1. */
  exponentialFactor: number;
  pacing: Pacing;
  /** Zones to take first, in this order; the others follow by name. */
  zoneOrder: readonly string[];
  /** How long a zone must have been whole before the next one is touched. */
  soakMs: number;
  /** How long a pod must have been Ready to count as available. */
  minReadyMs: number;
  /** Replace stale unready pods even when two or more zones are disrupted. */
  replaceUnready: boolean;
  /** Rule R9: most pods that may leave at one time, whatever makes them leave; undefined for no such limit. */
  maxLeaving: number | undefined;
  /** The pods flush when they exit: one that was killed meanwhile may have lost data, and holds the rollout. */
  flush: boolean;
}

/** Something outside that must be open before a disruption. `unknown` holds as `closed` does. */
export interface GateState {
  name: string;
  state: 'open' | 'closed' | 'unknown';
  reason: string;
}

/** What must be remembered between decisions, and outlives the process in the Lease. */
export interface RolloutMemory {
  /** The update revision that the counters below belong to. */
  revision: string;
  /** Waves begun that took available pods: the k of rule R5. */
  waves: number;
  /** Pods taken while available that are available again: the growth of the `stream` window. */
  recovered: number;
  /** The zone disrupted last. */
  zone: string | undefined;
  /** Since when that zone has been whole, ms since the epoch; undefined while it is not. */
  zoneWholeSinceMs: number | undefined;
  /** Pods of the current wave that are not back yet, also those not evicted yet. */
  inFlight: readonly InFlightPod[];
  /** Zone in which each pod was last seen, by pod name. */
  lastZones: Readonly<Record<string, string>>;
  /** Pods that were killed before they had flushed. */
  killed: readonly KilledPod[];
}

/** A pod that did not end by itself: what it had in memory may be lost. */
export interface KilledPod {
  name: string;
  uid: string;
  /** As a sentence goes on after the pod's name: "was killed at the end of its grace period of 40m 00s". */
  how: string;
  /** An operator knows of it and has let the rollout go on. */
  accepted: boolean;
}

export interface InFlightPod {
  name: string;
  /** Of the pod to remove. A pod of this name with another uid is its successor. */
  uid: string;
  /** It was available when it was chosen, so its return counts for growth. */
  counted: boolean;
}

export interface RolloutInput {
  observation: Observation;
  options: RolloutOptions;
  memory: RolloutMemory;
  gates: readonly GateState[];
  /** Ms since the epoch, by the API server's clock. */
  nowMs: number;
}

/** What to do next, and why. */
export type RolloutDecision = Disrupt | Wait | Blocked | Done;

export interface Disrupt {
  kind: 'disrupt';
  zone: string;
  /** To be removed now, in the order in which they go. */
  pods: readonly { name: string; uid: string }[];
  /** Names of the others that were chosen with them, whose turn comes when fewer pods leave (R9). */
  later: readonly string[];
  /** Number of the wave, from 1; 0 for one that only replaces pods that are down anyway. */
  wave: number;
  /** False when this goes on with a wave that was begun before. */
  begins: boolean;
  reason: string;
  /** To be stored before the first pod is removed, so that a crash in between loses nothing. */
  memory: RolloutMemory;
}

export type WaitFor = 'revision' | 'gate' | 'availability' | 'soak' | 'leaving';

export interface Wait {
  kind: 'wait';
  for: WaitFor;
  reason: string;
  /** The gate that holds: its reason may change all the time, while it stays the same wait. */
  gate?: Pick<GateState, 'name' | 'state'> | undefined;
  /** Pods waited for. */
  pods: readonly string[];
  /** When time alone can change the answer, ms since the epoch. */
  recheckAtMs: number | undefined;
}

export type BlockedBy = 'zone-label' | 'two-zones' | 'killed';

export interface Blocked {
  kind: 'blocked';
  by: BlockedBy;
  reason: string;
  /** Which flag, field or label would change it. */
  fix: string;
  pods: readonly string[];
}

export interface Done {
  kind: 'done';
  reason: string;
}
