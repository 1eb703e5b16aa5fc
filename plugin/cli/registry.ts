import yargs, { type Argv, type Options } from 'yargs';
import { VERSION } from '../../shared/version.ts';
import type { Arguments, Command, FlagDefault } from './command.ts';
import { checkVerbs, usageError, verbOf } from './command-names.ts';
import { CONNECTION_OPTIONS } from './connection.ts';
import type { Context } from './context.ts';
import { EXIT, type ExitCode, UsageError } from './errors.ts';
import { writeDocument } from './output.ts';
import { readPreferences, withDefaults } from './preferences.ts';
import { commandLineOf } from './quote.ts';

const LONGEST_LINE = 110;

/**
 * Parses the command line and runs its command; without arguments it shows the help, as kubectl does.
 *
 * @returns the command's exit code; 0 after help
 * @throws UsageError if the command line is invalid, and whatever the command throws
 */
export async function runCommandLine(
  commands: readonly Command[],
  argv: readonly string[],
  context: Context,
): Promise<ExitCode> {
  const words = argv.length === 0 ? ['--help'] : argv;
  checkVerbs(commands, words);
  const preferences = await readPreferences(context.env, commands);
  const defaults = preferences?.of(await commandIn(commands, words, context), words) ?? [];
  const invocation = { commandLine: commandLineOf(argv), words: argv, defaults };
  let exitCode: ExitCode = EXIT.done;
  const shown = await parse(commands, withDefaults(words, defaults), context, async (command, args) => {
    try {
      exitCode = await command.run(args, context, invocation);
    } catch (error) {
      throw error instanceof UsageError ? withSources(error, defaults) : error;
    }
  });
  if (shown !== '') writeDocument(context.stdout, `${shown}\n`);
  return exitCode;
}

/** The command that the words name, below its parents; empty if they name none. Errors are left to the actual parse. */
async function commandIn(
  commands: readonly Command[],
  words: readonly string[],
  context: Context,
): Promise<readonly Command[]> {
  let path: readonly Command[] = [];
  await parse(commands, words, context, async (_command, _args, chosen) => {
    path = chosen;
  }).catch(() => {});
  return path;
}

/**
 * Parses words and runs their command.
 *
 * @returns the help, if that was asked for
 */
async function parse(
  commands: readonly Command[],
  words: readonly string[],
  { stdout }: Context,
  run: (command: Command, args: Arguments, path: readonly Command[]) => Promise<void>,
): Promise<string> {
  let path: readonly Command[] = [];
  const parser = yargs([...words])
    .scriptName('kubectl zone')
    .usage('$0 <command>\n\nZone-aware rollouts, drains and disruption budgets: one zone at a time.')
    .version(VERSION)
    .help()
    .alias('help', 'h')
    .wrap(Math.min(stdout.columns ?? LONGEST_LINE, LONGEST_LINE))
    .parserConfiguration({ 'greedy-arrays': false, 'camel-case-expansion': false })
    .strict()
    .demandCommand(1, 'Name a command.')
    .exitProcess(false)
    .fail((message, error) => {
      throw error ?? usageError(message, words, path);
    });
  for (const command of commands) {
    register(parser, command, [], {
      onChosen: (each) => {
        path = each;
      },
      run: (command, args) => run(command, args, path),
    });
  }
  let shown = '';
  await parser.parse([...words], {}, (_error, _args, output) => {
    shown = output;
  });
  return shown;
}

/** A flag that was not typed is not found on the command line: the error says where it comes from. */
function withSources(error: UsageError, defaults: readonly FlagDefault[]): UsageError {
  const sources = defaults
    .filter(({ flag }) => error.message.includes(`--${flag}:`))
    .map(({ flag, from }) => `--${flag} comes from ${from}`);
  if (sources.length === 0) return error;
  return new UsageError(
    error.message,
    [...(error.fix === undefined ? [] : [error.fix]), ...sources].join('\n'),
  );
}

interface Registration {
  /** The command line names this command, the last one, below its parents; called for the parents first. */
  onChosen(path: readonly Command[]): void;
  run(command: Command, args: Arguments): Promise<void>;
}

/** Adds a command with its subcommands; `above` are its parent commands. */
function register(parser: Argv, command: Command, above: readonly Command[], on: Registration): void {
  parser.command(
    command.usage,
    command.summary,
    (builder) => {
      on.onChosen([...above, command]);
      for (const sub of command.subcommands ?? []) register(builder, sub, [...above, command], on);
      return describeCommand(builder, command, above);
    },
    (args) => on.run(command, args),
  );
}

function describeCommand(builder: Argv, command: Command, above: readonly Command[]): Argv {
  if (command.description) {
    const name = ['$0', ...above.map(verbOf), command.usage].join(' ');
    builder.usage(`${name}\n\n${command.description}`);
  }
  // yargs passes the positionals of parent commands down.
  for (const name of above.flatMap(({ positionals }) => Object.keys(positionals ?? {}))) {
    if (!Object.hasOwn(command.positionals ?? {}, name)) builder.hide(name);
  }
  for (const [name, options] of Object.entries(command.positionals ?? {})) {
    const { type, array, describe } = options;
    builder.positional(name, {
      type: type === 'number' ? 'number' : 'string',
      ...(array ? { array } : {}),
      ...(describe ? { describe } : {}),
    });
  }
  builder.options(local(command.options)).group(Object.keys(command.options), 'Flags:');
  if (command.connects) {
    builder.options(local(CONNECTION_OPTIONS)).group(Object.keys(CONNECTION_OPTIONS), 'Connection:');
  }
  for (const [example, what] of command.examples) builder.example(example, what);
  return builder;
}

/** Options that subcommands do not inherit, as they would by default with yargs. */
function local(options: Readonly<Record<string, Options>>): Record<string, Options> {
  return Object.fromEntries(
    Object.entries(options).map(([name, option]) => [name, { ...option, global: false }]),
  );
}
