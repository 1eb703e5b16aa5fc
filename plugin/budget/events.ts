import type { BudgetReport } from './report.ts';

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
