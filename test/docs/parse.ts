import type { Command } from '../../plugin/cli/command.ts';
import { EXIT, UsageError } from '../../plugin/cli/errors.ts';
import { runCommandLine } from '../../plugin/cli/registry.ts';
import { UserError } from '../../shared/errors.ts';
import { testContext } from '../helpers/context.ts';
import type { Words } from './shell.ts';

/**
 * What is wrong with a command line: nothing where it could be sent to a cluster. The real commands read it; those that
 * speak to a cluster come as far as that, the others are not run.
 *
 * @param commands all verbs
 * @param words those after `kubectl zone`
 */
export async function complaintOf(commands: readonly Command[], words: Words): Promise<string | undefined> {
  const { context } = testContext({});
  const unconnected = {
    ...context,
    connect: async () => {
      throw new UserError('there is no cluster');
    },
  };
  try {
    await runCommandLine(commands.map(withoutWork), words, unconnected);
    return undefined;
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    // It was understood, and ended where it wanted a cluster or a file.
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

function withoutWork(command: Command): Command {
  return {
    ...command,
    ...(command.subcommands && { subcommands: command.subcommands.map(withoutWork) }),
    ...(!command.connects && { run: async () => EXIT.done }),
  };
}
