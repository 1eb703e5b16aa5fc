import type { Options } from 'yargs';
import { similarNames } from '../../shared/similar.ts';
import type { Command } from './command.ts';
import { CONNECTION_OPTIONS } from './connection.ts';
import { UsageError } from './errors.ts';

/** The name of a command; for `rollout <target..>`: `rollout`. */
export function verbOf({ usage }: Pick<Command, 'usage'>): string {
  return usage.split(' ')[0] ?? '';
}

/** As typed: `kubectl zone rollout status`. */
export function nameOf(path: readonly Command[]): string {
  return ['kubectl zone', ...path.map(verbOf)].join(' ');
}

/**
 * Checks the verbs at the beginning of a command line. yargs' own suggestions would mistake the TYPE in
 * `rollout sts NAME` for a misspelt `rollout status`.
 *
 * @throws UsageError that names the most similar command
 */
export function checkVerbs(commands: readonly Command[], words: readonly string[]): void {
  const [verb, sub, target] = words;
  if (verb === undefined || verb.startsWith('-')) return;
  const command = commands.find((each) => verbOf(each) === verb);
  if (!command) throw unknownCommand(verb, commands, []);
  const problem = insteadOf([command], words.slice(1));
  if (problem) throw problem;
  // `rollout staus sts/x`, but also `rollout sts x`: after a TYPE there is no other one.
  const { subcommands = [] } = command;
  if (sub === undefined || /^-|\//.test(sub) || !/^[^-].*\//.test(target ?? '')) return;
  if (subcommands.length === 0 || subcommands.some((each) => verbOf(each) === sub)) return;
  throw unknownCommand(sub, subcommands, [command]);
}

/**
 * The error for a verb of kubectl that a command does not have, with what to type instead.
 *
 * @param words those after the command
 * @returns undefined if the first word is no such verb
 */
export function insteadOf(path: readonly Command[], words: readonly string[]): UsageError | undefined {
  const [verb = '', name = ''] = words;
  const { instead = {} } = path.at(-1) ?? {};
  if (!Object.hasOwn(instead, verb)) return undefined;
  const type = instead[verb]?.(name.startsWith('-') ? '' : name);
  const command = nameOf(path);
  return new UsageError(`there is no ${command} ${verb}`, `type: ${type}`);
}

function unknownCommand(verb: string, commands: readonly Command[], path: readonly Command[]): UsageError {
  const verbs = commands.map(verbOf);
  const likely = verbs.find((each) => each.startsWith(verb)) ?? similarNames(verb, verbs)[0];
  return new UsageError(
    `unknown command "${verb}"${path.length === 0 ? '' : ` of ${nameOf(path)}`}.${likely === undefined ? '' : ` Did you mean ${likely}?`}`,
    `${nameOf(path)} --help lists the commands${path.length === 0 ? '' : ' and flags'}`,
  );
}

/** Whether a value follows the flag. */
export function takesValue(option: Options | undefined): boolean {
  return option !== undefined && option.type !== 'boolean' && option.type !== 'count';
}

/** yargs' message for a required flag that is not given. */
const MISSING = /^Missing required arguments?: (.*)$/;
/** yargs' message for flags that are not declared, and for words beyond the positionals. */
const UNKNOWN = /^Unknown (?:argument|command)s?: (.*)$/;
/** The beginning of yargs' message for a missing positional. */
const TOO_FEW = 'Not enough non-option arguments';

/**
 * yargs' complaint about a command line in kubectl's words, with the help of the command that it names.
 *
 * @param words the command line; yargs names flags without their dashes
 */
export function usageError(message: string, words: readonly string[], path: readonly Command[]): UsageError {
  const [, unknown] = UNKNOWN.exec(message) ?? [];
  if (unknown !== undefined) return unknownWords(unknown.split(', '), words, path);
  const [, missing] = MISSING.exec(message) ?? [];
  const required = message.startsWith(TOO_FEW) ? path.at(-1)?.required : undefined;
  return new UsageError(
    missing === undefined
      ? (required ?? message.trim())
      : `${missing.replace(/(?:^|(?<=, ))/g, '--')} is required`,
    `${nameOf(path)} --help ${path.length === 0 ? 'lists the commands' : 'explains it'}`,
  );
}

function unknownWords(
  names: readonly string[],
  words: readonly string[],
  path: readonly Command[],
): UsageError {
  const flags = flagsOf(path.at(-1));
  const complaints = names.map((name) => {
    const typed = ['--no-', '--', '-'].map((dashes) => dashes + name).find((flag) => isTyped(flag, words));
    if (typed === undefined) return `unexpected argument "${name}"`;
    const [likely] = name.length > 1 ? similarFlags(name, flags) : [];
    return `unknown flag ${typed}.${likely === undefined ? '' : ` Did you mean --${likely}?`}`;
  });
  return new UsageError(
    complaints.join('\n'),
    `${nameOf(path)} --help lists ${path.length === 0 ? 'the commands' : 'its flags'}`,
  );
}

function isTyped(flag: string, words: readonly string[]): boolean {
  const clustered = /^-\w$/.test(flag) ? new RegExp(`^-\\w*${flag[1]}`) : undefined;
  return words.some((word) => word === flag || word.startsWith(`${flag}=`) || clustered?.test(word));
}

function similarFlags(name: string, flags: readonly string[]): readonly string[] {
  const begun = flags.filter((each) => name.length > 2 && each.startsWith(name));
  return begun.length > 0 ? begun : similarNames(name, flags);
}

function flagsOf(command: Command | undefined): string[] {
  if (!command) return ['help', 'version'];
  return [
    ...Object.keys(command.options),
    ...(command.connects ? Object.keys(CONNECTION_OPTIONS) : []),
    'help',
  ];
}
