import type { BudgetProblem, BudgetView } from '../../../shared/budget/decide/decide.ts';
import type { ZoneTally } from '../../../shared/kube/zones.ts';

/** The input of the drain decision: the nodes to drain, the pods on them, and the workloads and budgets affected. */
export interface DrainObservation {
  /** The targets that exist. */
  nodes: readonly DrainNode[];
  /** Pods on these nodes that must leave; pods that stay (DaemonSets, mirror pods) are not included. */
  pods: readonly DrainPod[];
  /** Owners of pods that must leave or have left, and all others that a ZoneDisruptionBudget covers. */
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
  /** The observed version: the pod is removed only in this version. */
  resourceVersion?: string;
  node: string;
  /** The zone of its node; undefined without a zone label. */
  zone: string | undefined;
  available: boolean;
  /** Being deleted, or its eviction was accepted and the deletion is not observed yet. */
  terminating: boolean;
  /** Why it still exists long after its grace period, if known. */
  overdue?: string | undefined;
  /** A request for its removal is in flight. */
  asked: boolean;
  /**
   * The response to a removal request was lost: the pod may be removed at any later time. The request may be repeated.
   */
  unanswered?: boolean;
  /** Why the last request was refused, until a change may allow it. */
  refused: string | undefined;
  /** Key of its workload; undefined for pods of owners that do not recreate them, such as Jobs. */
  workload: string | undefined;
  /** Keys of the ZoneDisruptionBudgets that cover it. */
  zoneBudgets: readonly string[];
  /** Keys of the PodDisruptionBudgets that cover it. */
  podBudgets: readonly string[];
}

/** An owner that recreates its pods elsewhere. */
export interface DrainWorkload {
  /** The uid of the scaled owner. */
  key: string;
  namespace: string;
  /** `statefulset/ingester`. */
  label: string;
  /** What protects it: a ZoneDisruptionBudget, otherwise a PodDisruptionBudget, otherwise nothing. */
  guard: 'zone-budget' | 'pod-budget' | 'none';
  /** Keys of the ZoneDisruptionBudgets that cover its pods: disrupting them counts against everything these cover. */
  zoneBudgets?: readonly string[] | undefined;
  /** All its pods in all zones, including missing ones, and those that are down. */
  zones: readonly ZoneTally[];
  down: readonly DownPod[];
  /** Who is rolling it out or draining it, unless a webhook coordinates them. */
  rolloutHolder: string | undefined;
  /**
   * No one holds its Lease, which must be acquired first; `problem` is why that is not possible now. Undefined if it is
   * ours, or if none is needed because a webhook keeps all evictions in one zone.
   */
  unclaimed?: { problem: string | undefined } | undefined;
  /**
   * We hold its Lease, but requests of an earlier holder may still be carried out: whose, as the rest of a sentence.
   */
  settling?: string | undefined;
  /** Not a real workload: the pods of a namespace without an owner, which are not recreated. */
  loose?: true | undefined;
  /**
   * Its replica count cannot be read: as many pods are expected as ran during this drain, or, `noted`, during an
   * unfinished one before.
   */
  counted?: 'running' | 'noted' | undefined;
}

export interface DownPod {
  name: string;
  /** Its current or last zone; undefined if unknown. */
  zone: string | undefined;
  /** In a few words: "terminating", "missing", "ImagePullBackOff". */
  problem: string;
  /** The scheduler's message, and since when, while it is unschedulable. */
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
   * Whether it allows the eviction of pods that are not Ready regardless of disruptionsAllowed:
   * unhealthyPodEvictionPolicy AlwaysAllow, or IfHealthyBudget with currentHealthy at or above a desiredHealthy that is
   * not 0. https://kubernetes.io/docs/tasks/run-application/configure-pdb/#unhealthy-pod-eviction-policy
   */
  unreadyMayGo: boolean;
  /**
   * It allows no disruption even while all its pods are healthy. Kubernetes operators create such budgets if their
   * admission webhook moves a pod when its eviction is requested (Strimzi Drain Cleaner, KubeVirt): its pods are
   * requested anyway.
   */
  neverAllows?: boolean;
}

export interface DrainOptions {
  /** Zones to drain first, in this order; the others follow by name, nodes without a zone last. */
  zoneOrder: readonly string[];
  /** Nodes of a zone to drain at once; undefined for all. */
  maxNodes: number | undefined;
  /** How long everything must have been healthy before the next zone. */
  soakMs: number;
  /**
   * How long to wait for an unschedulable pod, as an autoscaler may add a node; and how long a workload that was broken
   * before the drain may keep its pods from leaving.
   */
  pendingMs: number;
  /**
   * Workloads (`workloadName`) whose pods that are down when the drain begins are ignored: the drain does not wait for
   * them, and they do not hold back pods of other zones.
   */
  ignoreBroken: readonly string[];
}

/** Pods of a workload that were already down before the drain. */
export interface Excuse {
  /** Key of the workload. */
  key: string;
  /** When they were first seen. */
  sinceMs: number;
  /** How many; decreases as they recover and never increases. In any zone: one may come back in another zone. */
  total: number;
  /** How many by zone, likewise. */
  zones: readonly { zone: string; down: number }[];
}

/** What must be kept between decisions. A new process begins with `emptyDrainMemory` and still resumes the drain. */
export interface DrainMemory {
  /** The zone begun last; undefined also means the nodes without a zone once `begun` is true. */
  zone: string | undefined;
  begun: boolean;
  /** Nodes of that zone being drained. */
  batch: readonly string[];
  /** Whether that zone had pods that had to leave; otherwise there is no soak. */
  touched: boolean;
  /** Since when everything has been healthy and the batch without pods; undefined otherwise. */
  wholeSinceMs: number | undefined;
  /**
   * Pods that were already down before the drain: whether they recover is unknown, so the drain does not wait for them.
   * They still count as down: no pod of another zone is evicted meanwhile.
   */
  excuses: readonly Excuse[];
  /**
   * Workloads that were broken at the first observation but are not excused, because an earlier drain may have caused
   * it.
   */
  suspects: readonly string[];
  /** Workloads seen before: only pods that are down when a workload is first seen are excused. */
  known: readonly string[];
  /** Whether a target was already cordoned at the first observation; undefined before it. */
  resumed: boolean | undefined;
}

export interface DrainInput {
  observation: DrainObservation;
  options: DrainOptions;
  memory: DrainMemory;
  /** Ms by the monotonic clock, like all times here. */
  nowMs: number;
}

/** What to do next, and why. */
export type DrainDecision = Claim | Cordon | Evict | DrainWait | DrainBlocked | DrainDone;

/** Acquire the Leases of these workloads (keys): their pods must not be evicted before. */
export interface Claim {
  kind: 'claim';
  zone: string | undefined;
  workloads: readonly string[];
  reason: string;
}

/** Begin a zone, or its next nodes: nothing new is scheduled there. */
export interface Cordon {
  kind: 'cordon';
  zone: string | undefined;
  /** Nodes that are not cordoned yet: empty if they were cordoned by others, and only `memory` must be stored. */
  nodes: readonly string[];
  /** False for further nodes of a zone begun before. */
  begins: boolean;
  reason: string;
  memory: DrainMemory;
}

export interface Evict {
  kind: 'evict';
  zone: string | undefined;
  /** In eviction order; all may be requested at once. */
  pods: readonly DrainPod[];
  held: readonly HeldPod[];
  reason: string;
}

/** A pod whose eviction would be refused, or must not be requested yet. */
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
  /** When time alone can change the decision. */
  recheckAtMs: number | undefined;
  /** What the operator can do, if waiting alone may not help. */
  fix?: string | undefined;
  /**
   * Nothing of the drain is in progress: its Leases are released, because the processes it waits for may wait for them.
   */
  yields?: boolean | undefined;
}

export interface DrainBlocked {
  kind: 'blocked';
  by: 'unschedulable' | 'zone-label' | 'broken';
  zone: string | undefined;
  reason: string;
  /** The command that would resolve it. */
  fix: string;
  held: readonly HeldPod[];
}

export interface DrainDone {
  kind: 'done';
  reason: string;
}
