import type { Context } from '../cli/context.ts';
import type { BudgetReport } from './report.ts';
import type { TableOptions } from './table.ts';

/** Events of a watched budget view. */
export type BudgetEvent =
  /** All budgets, whenever one of them or its pods change. */
  | { type: 'reports'; atMs: number; reports: readonly BudgetReport[] }
  /** A watch is disconnected; the view may be outdated. */
  | { type: 'lost'; atMs: number; reason: string }
  | { type: 'restored'; atMs: number };

/** Displays events. */
export interface BudgetReporter {
  report(event: BudgetEvent): void;
  /** Resolves when all reports have been written. */
  close(): Promise<void>;
}

export interface BudgetReporterOptions {
  output: string | undefined;
  table: TableOptions;
  /** The title, such as `zone disruption budgets of default`. */
  title: string;
  /** Called when a key ends the view: `q` quits, Ctrl-C interrupts. */
  onQuit(outcome: 'stopped' | 'interrupted'): void;
}

/** Opens the reporter for the output; passed in by the command. */
export type OpenBudgetReporter = (
  context: Context,
  options: BudgetReporterOptions,
) => Promise<BudgetReporter>;
