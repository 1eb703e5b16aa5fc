/** What is known of the workloads of a namespace, or of all, at one moment. */
export interface FleetFacts {
  workloads: readonly WorkloadFacts[];
  /** Undefined without permission to read them. */
  nodes: readonly NodeFacts[] | undefined;
  /** What could not be read, and what that means. */
  notes: readonly string[];
}

export interface NodeFacts {
  name: string;
  /** Undefined without a zone label. */
  zone: string | undefined;
  cordoned: boolean;
  /** Who cordoned it and when; undefined if unknown. */
  by: string | undefined;
}

export interface WorkloadFacts {
  kind: 'statefulset' | 'deployment';
  namespace: string;
  name: string;
  zones: readonly ZoneFacts[];
  /** Available pods on the update revision. */
  updated: number;
  pods: number;
  revision: string;
  rollout: RolloutFacts;
  /** Those that cover its pods. */
  budgets: readonly BudgetFacts[];
}

export interface ZoneFacts {
  /** Undefined for pods whose zone is unknown. */
  zone: string | undefined;
  expected: number;
  healthy: number;
  unhealthy: readonly UnhealthyPod[];
}

export interface UnhealthyPod {
  pod: string;
  why: string;
  /** A rollout has removed it, and it recovers without a problem so far. */
  replaced: boolean;
}

export interface RolloutFacts {
  /** See `RolloutState`. */
  state: 'running' | 'held' | 'idle' | 'done';
  /** Who holds the Lease; empty for nobody. */
  holder: string;
  /** The holder is a drain. */
  isDrain: boolean;
  /** How the last rollout ended; `lost` if its process is gone without saying so; undefined if there was none. */
  ended: 'done' | 'stopped' | 'interrupted' | 'failed' | 'lost' | undefined;
  /** Why it waits or has ended; empty if there is nothing to report. */
  reason: string;
  wave: { number: number; zone: string } | undefined;
}

export interface BudgetFacts {
  name: string;
  /** As in the spec; empty if it is not set. */
  maxUnavailable: string;
  /** It only warns. */
  dryRun: boolean;
  /** Pods that may be evicted now, by zone. */
  allowed: readonly { zone: string | undefined; pods: number }[];
  /** Why it cannot be counted or protects nothing; undefined if all is well. */
  problem: string | undefined;
}
