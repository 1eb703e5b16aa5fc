import type { Options } from 'yargs';
import type { Command } from '../cli/command.ts';
import { CONNECTION_OPTIONS } from '../cli/connection.ts';

/** Flags by their long name. */
export type OptionTable = Readonly<Record<string, Options>>;

const HELP: OptionTable = { help: { alias: 'h', type: 'boolean', describe: 'Show help' } };

/** The flags before a command. */
export const ROOT_OPTIONS: OptionTable = {
  ...HELP,
  version: { type: 'boolean', describe: 'Show the version' },
};

/** All flags of a command. */
export function optionsOf(command: Command): OptionTable {
  return { ...command.options, ...(command.connects ? CONNECTION_OPTIONS : {}), ...HELP };
}

/** The long name of a flag typed without its dashes: `o` is `output`, `dryRun` is `dry-run`. */
export function longName(typed: string, options: OptionTable): string | undefined {
  const name = typed.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  if (Object.hasOwn(options, name)) return name;
  return Object.keys(options).find((each) => aliasesOf(options[each]).includes(typed));
}

/** Its aliases, without dashes. */
export function aliasesOf(option: Options | undefined): readonly string[] {
  const { alias = [] } = option ?? {};
  return typeof alias === 'string' ? [alias] : alias;
}

/** The values of a flag or positional with a fixed set. */
export function choicesOf(command: Command, name: string): readonly string[] | undefined {
  const choices = command.choices?.[name] ?? command.options[name]?.choices;
  return choices?.map(String);
}

/** Names of the positionals in the order of the usage text; for `rollout <target..>`: `target`. */
export function positionalsOf({ usage }: Command): { name: string; variadic: boolean }[] {
  return [...usage.matchAll(/[<[]([\w-]+)(\.\.)?[>\]]/g)].map(([, name = '', dots]) => ({
    name,
    variadic: dots !== undefined,
  }));
}
