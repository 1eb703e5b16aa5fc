/** The facts that every view of a rollout shows, ready to be drawn: no API objects, no colours, no widths. */

/** What one pod's cell says. */
export type CellState =
  /** Available on an old revision: still to be replaced. */
  | 'stale'
  /** Removed by this rollout and not back yet. */
  | 'replacing'
  /** Available on the update revision. */
  | 'updated'
  /** Down, and not because this rollout just took it. */
  | 'unready';

export interface PodCell {
  name: string;
  state: CellState;
  /** Why it is not available: "terminating", "missing", "ImagePullBackOff"; undefined for an available pod. */
  detail: string | undefined;
  /** Of a terminating pod, as soon as it is known; `graceLeftMs` is below 0 once the grace period is over. */
  termination?: { forMs: number; graceLeftMs: number } | undefined;
}

export interface ZoneRow {
  /** The zone's name, or "unknown zone". */
  zone: string;
  /** Highest ordinal first, the order in which they go. */
  cells: readonly PodCell[];
  total: number;
  updated: number;
  down: number;
  /** `active`: pods of it are being replaced now. */
  phase: 'pending' | 'active' | 'finished';
}

/** What operators at any terminal have asked of a rollout while it runs. */
export interface Orders {
  paused: Order | undefined;
  /** Who put another value in the place of --max-unavailable. */
  maxUnavailableBy: Order | undefined;
  /** Who turned the template back to an earlier revision. */
  undone: Order | undefined;
}

/** Who asked for something, when and why. */
export interface Order {
  /** `user@host`. */
  by: string;
  /** ISO 8601, by the clock of who asked. */
  at: string;
  /** Empty where none was given. */
  reason: string;
}

export interface RolloutSnapshot extends Orders {
  workload: { kind: string; namespace: string; name: string };
  /** Old revisions that pods still have, by number of pods; empty at the end. */
  oldRevisions: readonly { revision: string; pods: number }[];
  updateRevision: string;
  /** Images that differ between the old pods and the template: `app: v1 → v2`. */
  imageChanges: readonly string[];
  total: number;
  updated: number;
  down: number;
  /** Most pods of a zone that may be down: maxUnavailable as it is in force, resolved and capped. */
  maxUnavailablePods: number;
  /** In the order in which they are taken. */
  zones: readonly ZoneRow[];
  /** The wave under way or the last one; undefined before the first. */
  wave: { number: number; zone: string; pods: readonly PodCell[] } | undefined;
  /** What happens now and why: `wait` and `blocked` are the decision's own words. */
  status: RolloutStatus;
  startedAtMs: number;
  nowMs: number;
  /** Estimated from the start-up times seen; undefined while there is nothing to go by. */
  remainingMs: number | undefined;
}

export interface RolloutStatus {
  kind: 'disrupting' | 'waiting' | 'blocked' | 'disconnected' | 'stopping' | 'done';
  reason: string;
  /** Flag, field or command that would change a `blocked`. */
  fix: string | undefined;
}
