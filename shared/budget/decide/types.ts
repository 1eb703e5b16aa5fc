import type { Condition, ObjectMeta } from '../../kube/objects.ts';
import type { LabelSelector } from '../../kube/selectors.ts';
import type { ZoneKey } from '../../kube/zones.ts';
import type { Owner } from './owners.ts';

/** A ZoneDisruptionBudget: what is asked for, and the ledger that replicas of the webhook share. */
export interface ZoneDisruptionBudget {
  metadata: ObjectMeta;
  spec: BudgetSpec;
  status: BudgetStatus;
}

export interface BudgetSpec {
  selector: LabelSelector | undefined;
  /** As written: a number or a percentage of all expected replicas. */
  maxUnavailable: string | number | undefined;
  /** `AlwaysAllow` or `IfHealthyBudget`; a string, because the API server may store others. */
  unhealthyPodEvictionPolicy: string;
  /** Admit with a warning that says what would have been denied. */
  dryRun: boolean;
}

/** The part of the budget that is changed only by compare-and-swap on its resourceVersion. */
export interface BudgetStatus {
  /** Of the ledger, by which its writer went (L10); 1 for those that did not say. */
  protocol: number;
  /** Whose counts these are (L7): the budget's uid and what its selector covers; empty before the first. */
  identity: string;
  /** How many times the ledger has written this status: a lower number than was seen before is of another history. */
  revision: number;
  observedGeneration: number;
  /** Replicas that the pods' owners ask for: the base of percentages. */
  expectedReplicas: number;
  /** Sorted by zone. Reserved pods that still stand count as available here: their reservation stands for them. */
  zones: readonly ZoneCount[];
  reservations: readonly Reservation[];
  /** Resource version of each cache that the counts were computed from, by resource; empty while nobody may trust them. */
  versions: Versions;
  /** Zones of pods that are missing or not scheduled, by pod name: what a new leader cannot see any more. */
  lastZones: ReadonlyMap<string, string>;
  /** Entries of disruptedPods without a reservation, written by AWS's controller: pod name to ms since the epoch. */
  unreserved: ReadonlyMap<string, number>;
  conditions: readonly Condition[];
}

export interface ZoneCount {
  zone: ZoneKey;
  /** Pods that should serve in this zone, the missing ones included. */
  expected: number;
  /** Those of them that do not. */
  unavailable: number;
}

/** An admitted eviction that has not been seen as a deletion. */
export interface Reservation {
  pod: string;
  uid: string;
  /** The pod's, from the consistent read on which the admission rests. */
  resourceVersion: string;
  /** Versions of the owner's resource by which the pod is expected: an older scale may not know that it is missing. */
  ownerVersions: Versions;
  /** A zone of its own for an unready pod that has none yet. */
  zone: ZoneKey;
  /** Of the newest admission of this pod, ms since the epoch, for people: clocks differ, and ages are measured (L8). */
  timeMs: number;
  /** The status' revision with which it was written: each admission of a pod has its own. */
  revision: number;
}

/** Resource (`pods`, `statefulsets`, …) to the version that a cache of it has reached. */
export type Versions = Readonly<Record<string, string>>;

/** What a watch cache holds about a budget's pods at one moment. */
export interface BudgetObservation {
  /** Always has `pods`; also a cache from which expected replicas were taken. */
  versions: Versions & { readonly pods: string };
  pods: readonly CachedPod[];
  /** Pods that their owner asks for and that do not exist. */
  missing: readonly string[];
  /** Pods that reservations name and that do not count, such as those that the selector does not cover any more. */
  uncounted: readonly CachedPod[];
  /** Owners whose number of replicas may be from before one of their pods ended, so that its absence counts nowhere. */
  unconfirmed: readonly Owner[];
  expectedReplicas: number;
  /** Zones where pods were seen earlier by this process, by pod name. */
  lastZones: ReadonlyMap<string, string>;
}

export interface CachedPod {
  name: string;
  uid: string;
  /** Undefined before scheduling, and on a node without a zone label. */
  zone: string | undefined;
  /** Running, Ready, not terminating. */
  available: boolean;
  terminating: boolean;
}

/** A pod as a consistent read (a GET without resourceVersion) shows it. */
export interface PodRead extends CachedPod {
  resourceVersion: string;
  /** Succeeded or Failed: it will never serve again. */
  terminal: boolean;
}

/** A zone as the decision saw it. */
export interface ZoneLoad extends ZoneCount {
  /** Pods of the zone whose eviction is admitted and not yet seen, without the pod asked for. */
  reserved: readonly string[];
}
