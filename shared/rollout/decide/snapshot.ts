import type { WorkloadName } from './workload-id.ts';

/** The data that every view of a rollout shows: no API objects, colours or widths. */

/** State of one pod's cell. */
export type CellState =
  /** Available on an old revision: to be replaced. */
  | 'stale'
  /** Removed by this rollout and not recovered yet. */
  | 'replacing'
  /** Available on the update revision. */
  | 'updated'
  /** Down, and not because this rollout just removed it. */
  | 'unready';

export interface PodCell {
  name: string;
  state: CellState;
  /** Why it is not available: "terminating", "missing", "ImagePullBackOff"; undefined for an available pod. */
  detail: string | undefined;
  /** For a terminating pod, once known; `graceLeftMs` is negative after the grace period. */
  termination?: { forMs: number; graceLeftMs: number } | undefined;
}

export interface ZoneRow {
  /** The zone's name, or "unknown zone". */
  zone: string;
  /** Highest ordinal first, the order of removal. */
  cells: readonly PodCell[];
  /** Of a group: the StatefulSets that have pods in it. */
  sets?: readonly string[] | undefined;
  total: number;
  updated: number;
  down: number;
  /** `active`: pods in it are being replaced now. */
  phase: 'pending' | 'active' | 'finished';
}

/** Operator orders during a rollout, from any terminal. */
export interface Orders {
  paused: Order | undefined;
  /** Who overrode --max-unavailable. */
  maxUnavailableBy: Order | undefined;
  /** Who rolled the template back to an earlier revision. */
  undone: Order | undefined;
}

/** Who gave an order, when and why. */
export interface Order {
  /** `user@host`. */
  by: string;
  /** ISO 8601, by the clock of the machine that gave it. */
  at: string;
  /** Empty if none was given. */
  reason: string;
}

export interface RolloutSnapshot extends Orders {
  workload: WorkloadName;
  /** Old revisions that pods still have, by number of pods; empty at the end. */
  oldRevisions: readonly { revision: string; pods: number }[];
  updateRevision: string;
  /** Images that differ between the old pods and the template: `app: v1 → v2`. */
  imageChanges: readonly string[];
  total: number;
  updated: number;
  down: number;
  /** Maximum pods of a zone that may be down: the effective maxUnavailable, resolved and capped. */
  maxUnavailablePods: number;
  /** In rollout order. */
  zones: readonly ZoneRow[];
  /** The current wave or the last one; undefined before the first. */
  wave: { number: number; zone: string; pods: readonly PodCell[] } | undefined;
  /** The current state and reason; for `wait` and `blocked` in the decision's own words. */
  status: RolloutStatus;
  startedAtMs: number;
  nowMs: number;
  /** Estimated from observed start-up times; undefined without any. */
  remainingMs: number | undefined;
}

export interface RolloutStatus {
  kind: 'disrupting' | 'waiting' | 'blocked' | 'disconnected' | 'stopping' | 'done';
  reason: string;
  /** The flag, field or command that resolves a `blocked`. */
  fix: string | undefined;
}
