import type { BudgetReporter } from '../../budget/events.ts';
import type { Context } from '../../context.ts';
import { EXIT, type ExitCode } from '../../errors.ts';
import { chooseView } from '../choose.ts';
import type { TableOptions } from './table.ts';

export interface BudgetViewOptions {
  output: string | undefined;
  table: TableOptions;
  /** What is shown, such as `zone disruption budgets of default`. */
  title: string;
}

/**
 * The reporter for where the output goes. The live view is loaded only where it is drawn.
 *
 * @param onQuit called when a key asks to end: q, or Ctrl-C
 */
export async function openBudgetReporter(
  { output, table, title }: BudgetViewOptions,
  context: Context,
  onQuit: (exitCode: ExitCode) => void,
): Promise<BudgetReporter> {
  const { stdout, stderr, stdin, env, clock } = context;
  switch (chooseView(output, context)) {
    case 'json': {
      const { budgetJsonLines } = await import('./json-lines.ts');
      return budgetJsonLines(stdout, stderr);
    }
    case 'ink': {
      const { budgetInk } = await import('./ink.ts');
      const quit = (outcome: 'stopped' | 'interrupted') =>
        onQuit(outcome === 'stopped' ? EXIT.done : EXIT.interrupted);
      return budgetInk({ stdout, stderr, stdin, env, clock, title, table, onQuit: quit });
    }
    case 'plain': {
      const { budgetLines } = await import('./lines.ts');
      return budgetLines({ stdout, stderr, table });
    }
  }
}
