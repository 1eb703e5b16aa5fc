import { type Command, read } from '../cli/command.ts';
import { runCommandLine } from '../cli/registry.ts';

/** @param commands every verb; asked for only when the help runs, because this command is one of them */
export function helpCommand(commands: () => readonly Command[]): Command {
  return {
    usage: 'help [command..]',
    summary: 'Show the help of a command, as --help does',
    connects: false,
    positionals: {
      command: { type: 'string', array: true, describe: 'Command, such as rollout or rollout status' },
    },
    options: {},
    examples: [
      ['kubectl zone help', 'All commands'],
      ['kubectl zone help rollout status', 'The flags of one command'],
    ],
    async run(args, context) {
      return runCommandLine(commands(), [...read.list(args, 'command'), '--help'], context);
    },
  };
}
