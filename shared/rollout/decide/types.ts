import type { ZoneSource } from '../../kube/zones.ts';
import type { MaxUnavailable } from './max-unavailable.ts';

/** A label of nodes or pods, or the StatefulSet of the pod: each one of a group has a zone. */
export type ZoneOrigin = ZoneSource | { kind: 'statefulset' };

/** A workload's pods as input to the decision. Independent of the workload's kind. */
export interface Observation {
  /** Desired replicas of the spec. */
  replicas: number;
  /** The revision that every pod should have. */
  updateRevision: string;
  /** Whether status.observedGeneration is current, so that `updateRevision` belongs to the newest template. */
  revisionObserved: boolean;
  /** The controller recreates pods one after the other, in order (podManagementPolicy OrderedReady). */
  orderedReady: boolean;
  /** Pods that the workload's controller owns. */
  pods: readonly ObservedPod[];
  /** Names of expected pods that do not exist. */
  missing: readonly string[];
  /** Where the pods' zones come from; by default the nodes' zone label. */
  zones?: ZoneOrigin | undefined;
  /** Zones come from nodes, and listing those is forbidden: only the pods' copies of the label are known. */
  nodesForbidden?: boolean | undefined;
  /** By name: the zone in which a missing pod will be created, if that is known. */
  missingZones?: ReadonlyMap<string, string> | undefined;
}

export interface ObservedPod {
  name: string;
  uid: string;
  /** Determines the order within a zone: highest first. */
  ordinal: number;
  /** Undefined before scheduling. */
  node: string | undefined;
  /** Undefined without the label that it comes from, and before scheduling if that is a label of nodes. */
  zone: string | undefined;
  /** It lacks the pod label that its zone comes from, which scheduling it does not change. */
  unlabelled?: boolean | undefined;
  /** It was never scheduled: it never ran, and replacing it makes nothing unavailable. */
  unscheduled?: boolean | undefined;
  /** Not on the update revision. */
  stale: boolean;
  terminating: boolean;
  /** Known once the pod was seen terminating. */
  termination?: Termination | undefined;
  /** Beyond the desired replicas: the controller is about to delete it. */
  surplus: boolean;
  /** When the Ready condition became true, in epoch ms; undefined while it is not Ready or not Running. */
  readySinceMs: number | undefined;
  /** The problem reported by its conditions and containers while not ready, such as "ImagePullBackOff". */
  problem: string | undefined;
  /**
   * Rule R10: its removal was requested, and is known neither to have failed nor to have happened, so it counts as
   * down. `sent`: the response is pending; `unanswered`: it was lost, or an earlier process may have requested it.
   */
  asked?: 'sent' | 'unanswered' | undefined;
}

/** A graceful deletion in progress, in epoch ms by the API server's clock. */
export interface Termination {
  /** When the deletion was requested. */
  sinceMs: number;
  /** When the grace period ends: what still runs then is killed. */
  graceEndsAtMs: number;
}

/** How pods are replaced: a wave at a time, or the next one as soon as one has recovered. */
export type Pacing = 'wave' | 'stream';

export interface RolloutOptions {
  maxUnavailable: MaxUnavailable;
  /** Growth of the waves; 0 uses maxUnavailable immediately, otherwise at least 1. */
  exponentialFactor: number;
  pacing: Pacing;
  /** Zones to roll out first, in this order; the others follow by name. */
  zoneOrder: readonly string[];
  /** How long a zone must have been healthy before the next one is disrupted. */
  soakMs: number;
  /** How long a pod must have been Ready to count as available. */
  minReadyMs: number;
  /** Replace stale unready pods even when two or more zones are disrupted. */
  replaceUnready: boolean;
  /** Rule R9: maximum pods that may be leaving at once, for whatever reason; undefined for no limit. */
  maxLeaving: number | undefined;
  /** All pods are in one zone on purpose: `maxUnavailable` applies to it. */
  singleZone: boolean;
  /** The pods flush on exit: one that is killed before may have lost data, and blocks the rollout. */
  flush: boolean;
}

/** An external condition that must be open before a disruption. `unknown` blocks like `closed`. */
export interface GateState {
  name: string;
  state: 'open' | 'closed' | 'unknown';
  reason: string;
  /** Closed because the rollout is paused: the reason says so, and is shown without the gate's name. */
  pause?: boolean | undefined;
}

/** State that must be kept between decisions, and survives the process in the Lease. */
export interface RolloutMemory {
  /** The update revision that the counters below belong to. */
  revision: string;
  /** Number of waves that removed available pods: the k of rule R5. */
  waves: number;
  /** Pods removed while available that are available again: the growth of the `stream` window. */
  recovered: number;
  /** The last disrupted zone. */
  zone: string | undefined;
  /** Since when that zone is healthy, by the monotonic clock; undefined while it is not. */
  zoneWholeSinceMs: number | undefined;
  /** Pods of the current wave that have not recovered, including those not evicted yet. */
  inFlight: readonly InFlightPod[];
  /** Zone in which each pod was last seen, by pod name. */
  lastZones: Readonly<Record<string, string>>;
  /** Pods that were killed before they had flushed. */
  killed: readonly KilledPod[];
}

/** A pod that did not exit normally: its in-memory data may be lost. */
export interface KilledPod {
  name: string;
  uid: string;
  /** As a clause after the pod's name: "was killed at the end of its grace period of 40m 00s". */
  how: string;
  /** An operator has acknowledged it and let the rollout continue. */
  accepted: boolean;
}

export interface InFlightPod {
  name: string;
  /** Of the pod to remove. A pod with this name and another uid is its replacement. */
  uid: string;
  /** It was available when chosen, so its recovery counts for growth. */
  counted: boolean;
}

/** One moment by two clocks. */
export interface Now {
  /** By the API server's clock, epoch ms: for timestamps in objects. */
  nowMs: number;
  /** By the monotonic clock: for durations within this process. */
  monotonicMs: number;
}

export interface RolloutInput extends Now {
  observation: Observation;
  options: RolloutOptions;
  memory: RolloutMemory;
  gates: readonly GateState[];
}

/** What to do next, and why. */
export type RolloutDecision = Disrupt | Wait | Blocked | Done;

export interface Disrupt {
  kind: 'disrupt';
  zone: string;
  /** To be removed now, in this order. */
  pods: readonly { name: string; uid: string }[];
  /** Names of the other pods chosen with them, removed once fewer pods are leaving (R9). */
  later: readonly string[];
  /** Number of the wave, from 1; 0 for one that only replaces pods that are already down. */
  wave: number;
  /** False if this continues an earlier wave. */
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
  /** The gate that blocks: its reason may change continually while it remains the same wait. */
  gate?: Pick<GateState, 'name' | 'state'> | undefined;
  /** Pods waited for. */
  pods: readonly string[];
  /** When time alone can change the decision, in epoch ms by the API server's clock. */
  recheckAtMs: number | undefined;
}

export type BlockedBy = 'zone-label' | 'two-zones' | 'killed';

export interface Blocked {
  kind: 'blocked';
  by: BlockedBy;
  reason: string;
  /** The flag, field or label that resolves it. */
  fix: string;
  pods: readonly string[];
}

export interface Done {
  kind: 'done';
  reason: string;
}
