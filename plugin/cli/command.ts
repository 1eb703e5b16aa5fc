import type { Options } from 'yargs';
import type { Context } from './context.ts';
import type { ExitCode } from './errors.ts';

/** A command of `kubectl zone`, as data. Only `registry.ts` deals with yargs. */
export interface Command {
  /** With its positionals, in yargs' syntax: `rollout <target..>`. */
  usage: string;
  summary: string;
  description?: string;
  options: Readonly<Record<string, Options>>;
  /** yargs treats positionals as options; described here for the help. */
  positionals?: Readonly<Record<string, Options>>;
  /** The values of flags and positionals that have a fixed set, by name. */
  choices?: Readonly<Record<string, readonly string[]>>;
  examples: readonly (readonly [command: string, what: string])[];
  /** The error if a required positional is missing, such as "name a workload, for example sts/ingester". */
  required?: string;
  /** Whether it connects to a cluster, and so has kubectl's connection flags. */
  connects: boolean;
  /** The command whose defaults of the user it has, if not its own: `rollout`. */
  defaultsOf?: string;
  /** Verbs of kubectl that it does not have, with what to type instead; the name is what follows, or empty. */
  instead?: Readonly<Record<string, (name: string) => string>>;
  /** Such as `explain` of `kubectl zone budget explain`. They take precedence over a positional of the same name. */
  subcommands?: readonly Command[];
  /** Imports its implementation lazily, so that other commands do not pay for it at start-up. */
  run(args: Arguments, context: Context, invocation: Invocation): Promise<ExitCode>;
}

/** A flag that was not typed, and where its value comes from instead. */
export interface FlagDefault {
  /** Without dashes. */
  flag: string;
  /** Several for a repeatable flag. */
  values: readonly string[];
  kind: 'environment' | 'file';
  /** The variable's name, or the path of the file. */
  from: string;
}

/** How the command was invoked. */
export interface Invocation {
  /** As typed, for messages that tell the user to repeat it: `kubectl zone rollout sts/ingester`. */
  commandLine: string;
  /** The arguments after `kubectl zone`, as the shell passed them. */
  words: readonly string[];
  /** Flags that have a default of the user; they are in the arguments. */
  defaults: readonly FlagDefault[];
}

/** The parsed options by name, each of its declared type. */
export type Arguments = Readonly<Record<string, unknown>>;

/** Option values by type. yargs has checked the types, so a wrong one is a bug in the command's definition. */
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
  /** A comma-separated list; undefined if the option was not given. */
  words(args: Arguments, name: string): string[] | undefined {
    return read
      .text(args, name)
      ?.split(',')
      .map((word) => word.trim())
      .filter((word) => word !== '');
  },
};

/** If a flag is given twice, the last one wins, as with kubectl. */
function lastOf(value: unknown): unknown {
  return Array.isArray(value) ? value.at(-1) : value;
}
