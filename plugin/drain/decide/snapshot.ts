/** The facts that every view of a drain shows, ready to be drawn: no API objects, no colours, no widths. */

export interface DrainSnapshot {
  /** In the order in which they are taken. */
  zones: readonly DrainZoneRow[];
  /** Pods that are not asked for now, or were refused, and why; one entry for each reason. */
  held: readonly { reason: string; pods: readonly string[] }[];
  /** Workloads that are not whole, with what is missing. */
  waitingFor: readonly { workload: string; namespace: string; pods: readonly string[] }[];
  status: DrainStatus;
  nodes: { total: number; drained: number };
  pods: { total: number; left: number };
  /** Requests that were refused so far. */
  refused: number;
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
  /** Of those left. */
  terminating: number;
  phase: 'pending' | 'draining' | 'drained';
}

export interface DrainStatus {
  kind: 'cordoning' | 'evicting' | 'waiting' | 'blocked' | 'disconnected' | 'stopping' | 'done';
  reason: string;
  /** Flag or command that would change a `blocked`. */
  fix: string | undefined;
}
