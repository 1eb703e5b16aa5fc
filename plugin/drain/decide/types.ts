import type { BudgetProblem, BudgetView } from '../../../shared/budget/decide/decide.ts';
import type { ZoneTally } from '../../../shared/kube/zones.ts';

/** What the drain decision sees: the nodes that are to be emptied, what is on them, and who would miss it. */
export interface DrainObservation {
  /** The targets that exist. */
  nodes: readonly DrainNode[];
  /** Pods on these nodes that have to leave; what stays (DaemonSets, mirror pods) is not among them. */
  pods: readonly DrainPod[];
  /** Owners of pods that have to leave or have left, and all that a ZoneDisruptionBudget covers besides. */
  workloads: readonly DrainWorkload[];
  /** By `namespace/name`. */
  zoneBudgets: ReadonlyMap<string, ZoneBudgetState>;
  /** By `namespace/name`. */
  podBudgets: ReadonlyMap<string, PodBudgetState>;
}

export interface DrainNode {
  name: string;
  /** Undefined without a zone label. */
  zone: string | undefined;
  /** spec.unschedulable. */
  cordoned: boolean;
}

export interface DrainPod {
  namespace: string;
  name: string;
  uid: string;
  /** As it was seen: it is removed only as it is then. */
  resourceVersion?: string;
  node: string;
  /** Of the node; undefined without a zone label. */
  zone: string | undefined;
  available: boolean;
  /** Being deleted, or its eviction was accepted and the deletion is not seen yet. */
  terminating: boolean;
  /** Why it is still there long after its grace period, as far as that is known. */
  overdue?: string | undefined;
  /** A request for its removal is under way. */
  asked: boolean;
  /** The answer to a request for its removal was lost: it may go at any later time. It may be asked for again. */
  unanswered?: boolean;
  /** Why the last request was refused, until something has changed that may make room. */
  refused: string | undefined;
  /** Key of its workload; undefined for pods of owners that do not bring them back, such as Jobs. */
  workload: string | undefined;
  /** Keys of the ZoneDisruptionBudgets that cover it. */
  zoneBudgets: readonly string[];
  /** Keys of the PodDisruptionBudgets that cover it. */
  podBudgets: readonly string[];
}

/** Something that brings its pods back elsewhere. */
export interface DrainWorkload {
  /** The uid of the owner that is scaled. */
  key: string;
  namespace: string;
  /** `statefulset/ingester`. */
  label: string;
  /** What guards it: a ZoneDisruptionBudget, else a PodDisruptionBudget, else nothing. */
  guard: 'zone-budget' | 'pod-budget' | 'none';
  /** Keys of the ZoneDisruptionBudgets that cover pods of it: who takes its pods takes room from all they cover. */
  zoneBudgets?: readonly string[] | undefined;
  /** All its pods over all zones, missing ones included, with those that are down. */
  zones: readonly ZoneTally[];
  down: readonly DownPod[];
  /** Who rolls it out or drains it now, where no webhook keeps these apart. */
  rolloutHolder: string | undefined;
  /**
   * Nobody holds its Lease, which has to be taken first; with why that is not possible now. Undefined where it is ours, or
   * where none is needed because a webhook keeps all who evict in one zone.
   */
  unclaimed?: { problem: string | undefined } | undefined;
  /** Its Lease is ours, but requests of an earlier holder may still be carried out: whose, as a sentence goes on. */
  settling?: string | undefined;
  /** Not one: the pods of a namespace without an owner, which nobody brings back. */
  loose?: true | undefined;
  /** Where nobody can tell how many pods it should have, they are counted from what ran. */
  counted?: 'running' | undefined;
}

export interface DownPod {
  name: string;
  /** Where it is or last was; undefined where nobody knows. */
  zone: string | undefined;
  /** In a few words: "terminating", "missing", "ImagePullBackOff". */
  problem: string;
  /** What the scheduler says and since when (ms since the epoch), while no node takes it. */
  unschedulable: { message: string; sinceMs: number } | undefined;
}

export interface ZoneBudgetState {
  view: BudgetView | BudgetProblem;
  /** unhealthyPodEvictionPolicy. */
  policy: string;
}

export interface PodBudgetState {
  /** status.disruptionsAllowed. */
  disruptionsAllowed: number;
  /**
   * Whether it lets pods go that are not Ready whatever it allows: unhealthyPodEvictionPolicy AlwaysAllow, or
   * IfHealthyBudget with currentHealthy at or above a desiredHealthy that is not 0.
   * https://kubernetes.io/docs/tasks/run-application/configure-pdb/#unhealthy-pod-eviction-policy
   */
  unreadyMayGo: boolean;
  /**
   * It allows none even while all its pods are healthy, as operators have it whose admission webhook moves a pod when its
   * eviction is asked for (Strimzi Drain Cleaner, KubeVirt): its pods are asked for all the same.
   */
  neverAllows?: boolean;
}

export interface DrainOptions {
  /** Zones to take first, in this order; the others follow by name, nodes without a zone last. */
  zoneOrder: readonly string[];
  /** Nodes of a zone at once; undefined for all. */
  maxNodes: number | undefined;
  /** How long everything must have been whole before the next zone. */
  soakMs: number;
  /**
   * How long a pod that no node takes is waited for, as an autoscaler may bring a node; and how long a workload that
   * was broken before the drain may keep its pods from leaving.
   */
  pendingMs: number;
  /**
   * Workloads (`workloadName`) whose pods that are down when the drain begins count for nothing: neither are they
   * waited for, nor do they keep the pods of other zones.
   */
  ignoreBroken: readonly string[];
}

/** Pods of a workload that were down before the drain came to it. */
export interface Excuse {
  /** Of the workload. */
  key: string;
  /** When they were seen first, ms since the epoch. */
  sinceMs: number;
  /** How many; fewer when some have recovered, never more. Wherever they are: one may come back in another zone. */
  total: number;
  /** How many of them in which zone, likewise. */
  zones: readonly { zone: string; down: number }[];
}

/** What must be remembered between decisions. A new process begins with `emptyDrainMemory` and goes on all the same. */
export interface DrainMemory {
  /** The zone begun last; undefined also stands for the nodes without one once `begun` is true. */
  zone: string | undefined;
  begun: boolean;
  /** Nodes of that zone that are emptied now. */
  batch: readonly string[];
  /** Whether that zone had pods that had to leave, so that a soak makes sense. */
  touched: boolean;
  /** Since when everything has been whole and the batch without pods, ms since the epoch; undefined while it is not. */
  wholeSinceMs: number | undefined;
  /**
   * Pods that were down before the drain came to their workload: nobody knows whether they ever will be available, so
   * they are not waited for. They are down all the same: no pod of another zone is taken beside them.
   */
  excuses: readonly Excuse[];
  /**
   * Workloads that were broken at the first look and are waited for all the same, because an earlier drain may have
   * broken them.
   */
  suspects: readonly string[];
  /** Workloads that were looked at before: only pods that are down at the first look at it are excused. */
  known: readonly string[];
  /** Whether a target was cordoned already at the first look; undefined before it. */
  resumed: boolean | undefined;
}

export interface DrainInput {
  observation: DrainObservation;
  options: DrainOptions;
  memory: DrainMemory;
  /** Ms since the epoch, by the API server's clock. */
  nowMs: number;
}

/** What to do next, and why. */
export type DrainDecision = Claim | Cordon | Evict | DrainWait | DrainBlocked | DrainDone;

/** Take the Leases of these workloads (keys): nothing of them may be taken before. */
export interface Claim {
  kind: 'claim';
  zone: string | undefined;
  workloads: readonly string[];
  reason: string;
}

/** Begin a zone, or the next nodes of it: nothing new is scheduled there from now on. */
export interface Cordon {
  kind: 'cordon';
  zone: string | undefined;
  /** Those that are not cordoned yet: none where somebody has done so already, and only `memory` is to be kept. */
  nodes: readonly string[];
  /** False for further nodes of a zone that was begun before. */
  begins: boolean;
  reason: string;
  memory: DrainMemory;
}

export interface Evict {
  kind: 'evict';
  zone: string | undefined;
  /** In the order in which they go; all of them may be asked for at once. */
  pods: readonly DrainPod[];
  held: readonly HeldPod[];
  reason: string;
}

/** A pod that would be refused, or must not be asked for yet. */
export interface HeldPod {
  pod: DrainPod;
  by: 'zone-budget' | 'pod-budget' | 'other-zone' | 'rollout' | 'refused';
  reason: string;
}

export type DrainWaitFor = 'deletion' | 'budget' | 'rollout' | 'whole' | 'soak' | 'probe';

export interface DrainWait {
  kind: 'wait';
  for: DrainWaitFor;
  zone: string | undefined;
  reason: string;
  held: readonly HeldPod[];
  /** When time alone can change the answer, ms since the epoch. */
  recheckAtMs: number | undefined;
  /** What would help, where it is not for the drain alone to wait. */
  fix?: string | undefined;
  /** Nothing of the drain is under way: its Leases are given back, as whoever is waited for may wait for them. */
  yields?: boolean | undefined;
}

export interface DrainBlocked {
  kind: 'blocked';
  by: 'unschedulable' | 'zone-label' | 'broken';
  zone: string | undefined;
  reason: string;
  /** Which command would change it. */
  fix: string;
  held: readonly HeldPod[];
}

export interface DrainDone {
  kind: 'done';
  reason: string;
}
