/** The facts that every view of a drain shows, ready to render: no API objects, colors or widths. */

export interface DrainSnapshot {
  /** In drain order. */
  zones: readonly DrainZoneRow[];
  /** Pods that are not evicted now or were refused, and why; one entry for each reason. */
  held: readonly { reason: string; pods: readonly string[] }[];
  /** Workloads that are not healthy, with their missing pods. */
  waitingFor: readonly { workload: string; namespace: string; pods: readonly string[] }[];
  status: DrainStatus;
  nodes: { total: number; drained: number };
  pods: { total: number; left: number };
  /** Evictions refused so far. */
  refused: number;
  /** Estimated; undefined if unknown, and while something is stuck. */
  remainingMs: number | undefined;
  startedAtMs: number;
  nowMs: number;
}

export interface DrainZoneRow {
  /** The zone's name, or "no zone label". */
  zone: string;
  phase: 'pending' | 'draining' | 'recovering' | 'finished';
  nodes: readonly DrainNodeRow[];
}

export interface DrainNodeRow {
  name: string;
  cordoned: boolean;
  /** Pods that had to leave when the drain first saw the node. */
  pods: number;
  left: number;
  /** How many of `left` are terminating. */
  terminating: number;
  phase: 'pending' | 'draining' | 'drained';
}

export interface DrainStatus {
  kind: 'cordoning' | 'evicting' | 'waiting' | 'blocked' | 'disconnected' | 'stopping' | 'done';
  reason: string;
  /** Flag or command that would resolve a `blocked`, or a `waiting` that may last for ever. */
  fix: string | undefined;
}
