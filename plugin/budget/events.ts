import type { Context } from '../cli/context.ts';
import type { BudgetReport } from './report.ts';
import type { TableOptions } from './table.ts';

/** What a watched budget view shows. */
export type BudgetEvent =
  /** All budgets, whenever one of them or its pods have changed. */
  | { type: 'reports'; atMs: number; reports: readonly BudgetReport[] }
  /** A watch broke; what is shown may be old. */
  | { type: 'lost'; atMs: number; reason: string }
  | { type: 'restored'; atMs: number };

/** Shows the events as they come. */
export interface BudgetReporter {
  report(event: BudgetEvent): void;
  /** Resolves when everything that was reported has been written. */
  close(): Promise<void>;
}

export interface BudgetReporterOptions {
  output: string | undefined;
  table: TableOptions;
  /** What is shown, such as `zone disruption budgets of default`. */
  title: string;
  /** Called when a key asks to end: `q` leaves, Ctrl-C interrupts. */
  onQuit(outcome: 'stopped' | 'interrupted'): void;
}

/** Opens the reporter for where the output goes; handed in by the command. */
export type OpenBudgetReporter = (
  context: Context,
  options: BudgetReporterOptions,
) => Promise<BudgetReporter>;
