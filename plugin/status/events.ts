import type { Context } from '../cli/context.ts';
import type { FleetStatus, StatusRow } from './decide/rows.ts';
import type { StatusTableOptions } from './table.ts';

/** Events of the watched status. */
export type StatusEvent =
  /** All workloads, whenever something of them may have changed. */
  | { type: 'status'; atMs: number; status: FleetStatus }
  /** A watch is disconnected; the view may be outdated. */
  | { type: 'lost'; atMs: number; reason: string }
  | { type: 'restored'; atMs: number };

/** Displays events. */
export interface StatusReporter {
  report(event: StatusEvent): void;
  /** Resolves when all events have been written. */
  close(): Promise<void>;
}

/** What to show of a workload. */
export type Detail = 'rollout' | 'budget';

/** A workload by name. */
export type WorkloadName = Pick<StatusRow, 'kind' | 'namespace' | 'name'>;

export interface StatusReporterOptions {
  output: string | undefined;
  table: StatusTableOptions;
  /** Such as `status of default`. */
  title: string;
  /** The chosen row of a live view that was open before. */
  chosen: WorkloadName | undefined;
  /** Called when a key ends the view: `q` quits, Ctrl-C interrupts. */
  onQuit(outcome: 'stopped' | 'interrupted'): void;
  /** Called when a key asks for another view of a workload. */
  onOpen(row: StatusRow, detail: Detail): void;
}

/** Opens the reporter for the output; passed in by the command. */
export type OpenStatusReporter = (
  context: Context,
  options: StatusReporterOptions,
) => Promise<StatusReporter>;
