import type { Command } from './cli/command.ts';
import type { Context } from './cli/context.ts';
import { describeError, type ExitCode } from './cli/errors.ts';
import { writeError } from './cli/output.ts';
import { runCommandLine } from './cli/registry.ts';
import { budgetCommand } from './commands/budget.ts';
import { checkCommand } from './commands/check.ts';
import { completionCommand } from './commands/completion.ts';
import { demoCommand } from './commands/demo.ts';
import { drainCommand } from './commands/drain.ts';
import { helpCommand } from './commands/help.ts';
import { installCommand } from './commands/install.ts';
import { planCommand } from './commands/plan.ts';
import { rolloutCommand } from './commands/rollout.ts';
import { statusCommand } from './commands/status.ts';
import { uninstallCommand } from './commands/uninstall.ts';
import { versionCommand } from './commands/version.ts';
import { COMPLETE_VERB } from './completion/script.ts';

/** Every verb, in the order of the help. */
export const COMMANDS: readonly Command[] = [
  statusCommand,
  rolloutCommand,
  planCommand,
  checkCommand,
  drainCommand,
  budgetCommand,
  installCommand,
  uninstallCommand,
  versionCommand,
  demoCommand,
  completionCommand,
  helpCommand(() => COMMANDS),
];

/**
 * `kubectl zone`.
 *
 * @param argv the words after the program's name
 * @returns the exit code; errors have been printed to stderr
 */
export async function main(argv: readonly string[], context: Context): Promise<ExitCode> {
  const [verb, ...words] = argv;
  try {
    if (verb === COMPLETE_VERB) {
      const { complete } = await import('./completion/complete.ts');
      return await complete(words, COMMANDS, context);
    }
    return await runCommandLine(COMMANDS, argv, context);
  } catch (error) {
    const described = describeError(error);
    writeError(context.stderr, described);
    return described.exitCode;
  }
}
