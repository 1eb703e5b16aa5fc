import type { Condition, ObjectMeta } from '../../kube/objects.ts';
import type { LabelSelector } from '../../kube/selectors.ts';
import type { ZoneKey } from '../../kube/zones.ts';
import type { Owner } from './owners.ts';

/** A ZoneDisruptionBudget: the spec, and the ledger that the webhook's replicas share. */
export interface ZoneDisruptionBudget {
  metadata: ObjectMeta;
  spec: BudgetSpec;
  status: BudgetStatus;
}

export interface BudgetSpec {
  selector: LabelSelector | undefined;
  /** Unparsed: a number or a percentage of all expected replicas. */
  maxUnavailable: string | number | undefined;
  /** `AlwaysAllow` or `IfHealthyBudget`; a string, because the API server may store others. */
  unhealthyPodEvictionPolicy: string;
  /** Admit with a warning about what would have been denied. */
  dryRun: boolean;
}

/** The part of the budget that must be changed only by compare-and-swap on its resourceVersion. */
export interface BudgetStatus {
  /** Protocol of the ledger's writer (L10); 1 if absent. */
  protocol: number;
  /** What these counts are of (L7): the budget's uid and a digest of its selector; empty before the first count. */
  identity: string;
  /** How many times the ledger has written this status: a lower number than observed before is from another history. */
  revision: number;
  observedGeneration: number;
  /** Desired replicas of the pods' owners: the base of percentages. */
  expectedReplicas: number;
  /** Sorted by zone. Reserved pods that still exist count as available here: their reservation counts instead. */
  zones: readonly ZoneCount[];
  reservations: readonly Reservation[];
  /** Resource version of each cache behind the counts, by resource; empty while they must not be trusted. */
  versions: Versions;
  /** Zones of pods that are missing or not scheduled, by pod name: a new leader can no longer observe them. */
  lastZones: ReadonlyMap<string, string>;
  /** Entries of disruptedPods without a reservation, written by AWS's controller: pod name to epoch ms. */
  unreserved: ReadonlyMap<string, number>;
  conditions: readonly Condition[];
}

export interface ZoneCount {
  zone: ZoneKey;
  /** Expected pods of this zone, including missing ones. */
  expected: number;
  /** Expected pods that are unavailable. */
  unavailable: number;
}

/** An admitted eviction that was not observed as a deletion yet. */
export interface Reservation {
  pod: string;
  uid: string;
  /** The pod's, from the consistent read behind the admission. */
  resourceVersion: string;
  /** Versions of the owner's resource that expects the pod: an older scale may not show that it is missing. */
  ownerVersions: Versions;
  /** A zone of its own for an unready pod without a zone. */
  zone: ZoneKey;
  /** Of the pod's newest admission, in epoch ms, for display: clocks differ, and ages are measured (L8). */
  timeMs: number;
  /** The revision of the status in which it was written: each admission of a pod has its own. */
  revision: number;
}

/** Resource (`pods`, `statefulsets`, …) to the version that its cache has reached. */
export type Versions = Readonly<Record<string, string>>;

/** A watch cache's view of a budget's pods at one moment. */
export interface BudgetObservation {
  /** Always has `pods`, and each cache that expected replicas were taken from. */
  versions: Versions & { readonly pods: string };
  pods: readonly CachedPod[];
  /** Expected pods that do not exist. */
  missing: readonly string[];
  /** Pods with reservations that do not count, such as those that the selector no longer covers. */
  uncounted: readonly CachedPod[];
  /** Owners whose replicas may be from before one of their pods ended, so that its absence counts nowhere. */
  unconfirmed: readonly Owner[];
  expectedReplicas: number;
  /** Zones where this process saw pods earlier, by pod name. */
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

/** A pod from a consistent read (a GET without resourceVersion). */
export interface PodRead extends CachedPod {
  resourceVersion: string;
  /** Succeeded or Failed: it will never run again. */
  terminal: boolean;
}

/** A zone as input to the decision. */
export interface ZoneLoad extends ZoneCount {
  /** Pods of the zone whose eviction is admitted and not yet observed, without the requested pod. */
  reserved: readonly string[];
}
