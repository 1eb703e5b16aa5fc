import yargs, { type Argv } from 'yargs';
import type { Context } from '../context.ts';
import { EXIT, type ExitCode, UsageError } from '../errors.ts';
import { VERSION } from '../version.ts';
import type { Command } from './command.ts';
import { CONNECTION_OPTIONS } from './connection.ts';

const LONGEST_LINE = 110;

/**
 * Reads the command line and runs the command it names.
 *
 * @returns the command's exit code; 0 after help
 * @throws UsageError when the command line cannot be understood, and whatever the command throws
 */
export async function runCommandLine(
  commands: readonly Command[],
  argv: readonly string[],
  context: Context,
): Promise<ExitCode> {
  let exitCode: ExitCode = EXIT.done;
  const parser = yargs([...argv])
    .scriptName('kubectl zone')
    .usage('$0 <command>\n\nZone-aware rollouts: one zone at a time, as fast as the zone allows.')
    .version(VERSION)
    .help()
    .alias('help', 'h')
    .wrap(Math.min(context.stdout.columns ?? LONGEST_LINE, LONGEST_LINE))
    .parserConfiguration({ 'duplicate-arguments-array': false, 'greedy-arrays': false })
    .strict()
    .recommendCommands()
    .demandCommand(1, 'Name a command.')
    .exitProcess(false)
    .fail((message, error) => {
      throw error ?? new UsageError(message.trim(), 'kubectl zone --help lists the commands and flags');
    });
  for (const command of commands) {
    parser.command(
      command.usage,
      command.summary,
      (builder) => describeCommand(builder, command),
      async (args) => {
        exitCode = await command.run(args, context, {
          commandLine: ['kubectl zone', ...argv.map(quote)].join(' '),
        });
      },
    );
  }
  let shown = '';
  await parser.parse([...argv], {}, (_error, _args, output) => {
    shown = output;
  });
  if (shown !== '') context.stdout.write(`${shown}\n`);
  return exitCode;
}

function describeCommand(builder: Argv, command: Command): Argv {
  if (command.description) builder.usage(`$0 ${command.usage}\n\n${command.description}`);
  for (const [name, options] of Object.entries(command.positionals ?? {})) {
    const { type, array, describe } = options;
    builder.positional(name, {
      type: type === 'number' ? 'number' : 'string',
      ...(array ? { array } : {}),
      ...(describe ? { describe } : {}),
    });
  }
  builder.options({ ...command.options }).group(Object.keys(command.options), 'Flags:');
  if (command.connects) {
    builder.options({ ...CONNECTION_OPTIONS }).group(Object.keys(CONNECTION_OPTIONS), 'Connection:');
  }
  for (const [example, what] of command.examples) builder.example(example, what);
  return builder;
}

/** A word as a shell would need it. */
function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
