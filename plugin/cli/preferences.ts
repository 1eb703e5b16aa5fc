import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Options } from 'yargs';
import { similarNames } from '../../shared/similar.ts';
import type { Command, FlagDefault } from './command.ts';
import { nameOf, takesValue, verbOf } from './command-names.ts';
import type { Context } from './context.ts';
import { UsageError } from './errors.ts';
import type { FileDefaults } from './preferences-file.ts';

/*
 * Defaults for flags, as kubectl's users know them: from the environment, and from a file in the format of kubectl's
 * kuberc. https://kubernetes.io/docs/reference/kubectl/kuberc/
 */

const PREFIX = 'KUBECTL_ZONE_';
/** Path of the file, or `off`. */
const FILE_VARIABLE = `${PREFIX}RC`;
const FILE_NAME = 'zonerc';

/**
 * Flags that choose what is acted on, confirm something, change what is run, or lift a protection: they must be typed. The image of `install`
 * and of a rollout would also be confused.
 */
const TYPED_ONLY: ReadonlySet<string> = new Set([
  ...['selector', 'zone', 'pod-selector', 'ignore-broken', 'all-namespaces', 'name'],
  ...['yes', 'force', 'force-conflicts', 'fix', 'dry-run', 'filename', 'for', 'revision', 'reason'],
  ...['image', 'restart', 'undo', 'to-revision', 'accept-killed', 'ignore-alarm', 'replace-unready'],
  ...[
    'single-zone',
    'disable-eviction',
    'delete-emptydir-data',
    'allow-pending',
    'allow-manager',
    'delete-crds',
  ],
]);

/** What the environment and the file say. */
export interface Preferences {
  /**
   * The defaults of the flags of a command that are not typed.
   *
   * @param path the command below its parents
   * @param words the command line
   * @throws UsageError for a value that the flag cannot have, and for a flag that must be typed
   */
  of(path: readonly Command[], words: readonly string[]): FlagDefault[];
}

/**
 * Reads the environment and the file.
 *
 * @returns undefined if neither says anything
 * @throws UsageError if the file is malformed, or names a command or flag that does not exist
 */
export async function readPreferences(
  env: Context['env'],
  commands: readonly Command[],
): Promise<Preferences | undefined> {
  const variables = Object.entries(env).filter(
    ([name, value]) => name.startsWith(PREFIX) && name !== FILE_VARIABLE && value,
  );
  const file = await fileOfDefaults(env);
  if (variables.length === 0 && !file) return undefined;
  if (file) for (const each of file.defaults) checkCommand(each, file.path, commands);
  return {
    of(path, words) {
      const command = path.at(-1);
      if (!command) return [];
      const fromVariables = Object.keys(command.options).flatMap((flag): FlagDefault[] => {
        const name = PREFIX + flag.replaceAll('-', '_').toUpperCase();
        const value = env[name];
        // The environment is shared with others: KUBECTL_ZONE_IMAGE may be meant for a build.
        if (!value || TYPED_ONLY.has(flag)) return [];
        return [
          { flag, values: valuesOf(value, command.options[flag], name), from: name, kind: 'environment' },
        ];
      });
      const named = new Set(fromVariables.map(({ flag }) => flag));
      const fromFile = (file?.defaults ?? [])
        .filter((each) => each.command === commandOf(path))
        .flatMap(({ options }) => options)
        .filter(({ name }) => !named.has(name) && Object.hasOwn(command.options, name))
        .map(
          ({ name, default: value }): FlagDefault => ({
            flag: name,
            values: [value]
              .flat()
              .flatMap((each) => valuesOf(String(each), command.options[name], file?.path ?? '')),
            from: file?.path ?? '',
            kind: 'file',
          }),
        );
      return [...fromVariables, ...fromFile].filter(
        ({ flag }) => !isTyped(flag, command.options[flag], words),
      );
    },
  };
}

/** `rollout status`; a command may share the defaults of another one. */
function commandOf(path: readonly Command[]): string {
  return path.at(-1)?.defaultsOf ?? path.map(verbOf).join(' ');
}

async function fileOfDefaults(
  env: Context['env'],
): Promise<{ path: string; defaults: FileDefaults } | undefined> {
  const home = env.HOME || env.USERPROFILE;
  const named = env[FILE_VARIABLE];
  if (named === 'off' || (!named && !home)) return undefined;
  const path = named || join(home ?? '', '.kube', FILE_NAME);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    if (isMissing && !named) return undefined;
    const why = isMissing ? 'it does not exist' : error instanceof Error ? error.message : String(error);
    throw new UsageError(
      `the file of defaults ${path} cannot be read: ${why}`,
      `${FILE_VARIABLE}=off goes without it`,
    );
  }
  const { parseDefaults } = await import('./preferences-file.ts');
  return { path, defaults: parseDefaults(text, path) };
}

function checkCommand(
  { command, options }: FileDefaults[number],
  path: string,
  commands: readonly Command[],
): void {
  const names = commands.flatMap((each) => [[each], ...(each.subcommands ?? []).map((sub) => [each, sub])]);
  const found = names.find((each) => each.map(verbOf).join(' ') === command)?.at(-1);
  if (!found) {
    const [likely] = similarNames(
      command,
      names.map((each) => each.map(verbOf).join(' ')),
    );
    const hint = likely === undefined ? '' : `. Did you mean "${likely}"?`;
    throw new UsageError(
      `${path}: there is no command "${command}"${hint}`,
      'such as rollout, or rollout status',
    );
  }
  for (const { name } of options) {
    if (TYPED_ONLY.has(name))
      throw new UsageError(`${path}: ${command}: --${name} must be typed`, 'remove it');
    if (Object.hasOwn(found.options, name)) continue;
    const [likely] = similarNames(name, Object.keys(found.options));
    throw new UsageError(
      `${path}: ${command}: there is no flag "${name}"${likely === undefined ? '' : `. Did you mean "${likely}"?`}`,
      `${nameOf([])} ${command} --help lists the flags`,
    );
  }
}

function valuesOf(text: string, option: Options | undefined, from: string): string[] {
  if (takesValue(option) || text === 'true' || text === 'false') return [text];
  throw new UsageError(`${from}: "${text}" is neither true nor false`);
}

/** Whether a flag is on the command line, in any of its spellings. */
function isTyped(flag: string, option: Options | undefined, words: readonly string[]): boolean {
  const aliases = [option?.alias ?? []].flat();
  const end = words.indexOf('--');
  return (end < 0 ? words : words.slice(0, end)).some((word) => {
    const [, name] = /^--(?:no-)?([^=]+)/.exec(word) ?? [];
    if (name !== undefined) return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`) === flag;
    return /^-[^-]/.test(word) && aliases.some((alias) => word.split('=')[0]?.includes(alias));
  });
}

/** The command line with the defaults as if they had been typed. */
export function withDefaults(words: readonly string[], defaults: readonly FlagDefault[]): string[] {
  const flags = defaults.flatMap(({ flag, values }) => values.map((value) => `--${flag}=${value}`));
  const end = words.indexOf('--');
  return end < 0 ? [...words, ...flags] : [...words.slice(0, end), ...flags, ...words.slice(end)];
}

/** What the user should know of defaults that apply, one line for each source. */
export function defaultNotices(defaults: readonly FlagDefault[]): string[] {
  return [...Map.groupBy(defaults, ({ from }) => from)].map(
    ([from, given]) =>
      `${from} sets ${given.map(({ flag, values }) => `--${flag} ${values.join(',')}`).join(', ')}; a flag overrides it`,
  );
}
