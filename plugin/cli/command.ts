import type { Options } from 'yargs';
import type { Context } from './context.ts';
import type { ExitCode } from './errors.ts';

/** A verb of `kubectl zone`, as data. The registrar in `registry.ts` is the only place that knows yargs' ways. */
export interface Command {
  /** With its positionals, as yargs writes them: `rollout <target..>`. */
  usage: string;
  summary: string;
  description?: string;
  options: Readonly<Record<string, Options>>;
  /** Positionals are options to yargs; described here so that help shows them. */
  positionals?: Readonly<Record<string, Options>>;
  /** The words that a flag or positional takes, by its name, where it takes no others. */
  choices?: Readonly<Record<string, readonly string[]>>;
  examples: readonly (readonly [command: string, what: string])[];
  /** Whether it speaks to a cluster, and so has kubectl's connection flags. */
  connects: boolean;
  /** Verbs below this one: `explain` of `kubectl zone budget explain`. A positional of the same name yields to them. */
  subcommands?: readonly Command[];
  /** Loads its work lazily: a command that is not run costs no start-up time. */
  run(args: Arguments, context: Context, invocation: Invocation): Promise<ExitCode>;
}

/** How the command was called. */
export interface Invocation {
  /** As typed, for messages that say what to repeat: `kubectl zone rollout sts/ingester`. */
  commandLine: string;
  /** The words after `kubectl zone`, as the shell handed them over. */
  words: readonly string[];
}

/** What yargs has read: by option name, as its type says. */
export type Arguments = Readonly<Record<string, unknown>>;

/** Option values by type; yargs has checked the types, so another one is a mistake in a command's definition. */
export const read = {
  text(args: Arguments, name: string): string | undefined {
    const value = lastOf(args[name]);
    return value === undefined ? undefined : String(value);
  },
  flag(args: Arguments, name: string): boolean {
    return lastOf(args[name]) === true;
  },
  list(args: Arguments, name: string): string[] {
    const value = args[name];
    return value === undefined ? [] : (Array.isArray(value) ? value : [value]).map(String);
  },
  /** Words between commas; undefined where the option was not given. */
  words(args: Arguments, name: string): string[] | undefined {
    return read
      .text(args, name)
      ?.split(',')
      .map((word) => word.trim())
      .filter((word) => word !== '');
  },
};

/** Of a flag that is given twice the last one counts, as with kubectl. */
function lastOf(value: unknown): unknown {
  return Array.isArray(value) ? value.at(-1) : value;
}
