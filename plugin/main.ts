import { budgetCommand } from './commands/budget.ts';
import { checkCommand } from './commands/check.ts';
import { demoCommand } from './commands/demo.ts';
import { drainCommand } from './commands/drain.ts';
import { planCommand } from './commands/plan.ts';
import { runCommandLine } from './commands/registry.ts';
import { rolloutCommand } from './commands/rollout.ts';
import type { Context } from './context.ts';
import { describeError, type ExitCode } from './errors.ts';

/**
 * `kubectl zone`.
 *
 * @param argv the words after the program's name
 * @returns the exit code; errors have been printed to stderr
 */
export async function main(argv: readonly string[], context: Context): Promise<ExitCode> {
  try {
    return await runCommandLine(
      [rolloutCommand, planCommand, checkCommand, drainCommand, budgetCommand, demoCommand],
      argv,
      context,
    );
  } catch (error) {
    const { message, fix, stack, exitCode } = describeError(error);
    context.stderr.write(`error: ${message}\n`);
    if (fix) context.stderr.write(`  ${fix}\n`);
    if (stack) context.stderr.write(`${stack}\n`);
    return exitCode;
  }
}
