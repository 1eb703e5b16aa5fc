import type { Options } from 'yargs';
import type { Command } from '../plugin/cli/command.ts';
import { CONNECTION_OPTIONS } from '../plugin/cli/connection.ts';
import { EXIT, type ExitCode } from '../plugin/cli/errors.ts';

/** A page of Markdown, by its name in docs/reference. */
export type ReferencePages = ReadonlyMap<string, string>;

type Described = Readonly<Record<string, Options>>;
type Choices = NonNullable<Command['choices']>;

const WRITTEN_BY = 'Written by `node docs/reference.ts` from the definitions in `plugin/commands`.';

const EXIT_CODES: Readonly<Record<ExitCode, string>> = {
  [EXIT.done]: 'Done',
  [EXIT.failed]: 'Failed, or the answer is no; stderr says why',
  [EXIT.usage]: 'The command line cannot be understood; nothing was asked of the cluster',
  [EXIT.stopped]: 'Stopped where that is safe; the same command goes on',
  [EXIT.interrupted]: 'Interrupted (Ctrl-C, SIGTERM), where that is safe; the same command goes on',
};

/**
 * The reference: a page for each verb, with the verbs below it, and README.md with what all of them share.
 *
 * @param commands in the order of the help
 */
export function referencePages(commands: readonly Command[]): ReferencePages {
  const pages = commands.map((command): [string, string] => [`${verbOf(command)}.md`, verbPage(command)]);
  return new Map([['README.md', indexPage(commands)], ...pages]);
}

function indexPage(commands: readonly Command[]): string {
  return page([
    '# Reference',
    WRITTEN_BY,
    commands
      .map(
        (command) => `- [kubectl zone ${verbOf(command)}](${verbOf(command)}.md): ${prose(command.summary)}`,
      )
      .join('\n'),
    '## Connection flags',
    'Verbs that speak to a cluster take the flags of kubectl that say which:',
    flagTable(CONNECTION_OPTIONS, {}),
    '## Exit codes',
    exitCodeTable(),
  ]);
}

function verbPage(command: Command): string {
  return page([
    `# kubectl zone ${verbOf(command)}`,
    WRITTEN_BY,
    ...body(command, [], '##'),
    ...(command.subcommands ?? []).flatMap((sub) => [
      `## kubectl zone ${verbOf(command)} ${verbOf(sub)}`,
      ...body(sub, [verbOf(command)], '###'),
    ]),
    '## Exit codes',
    exitCodeTable(),
  ]);
}

/** Everything about a command but its title; `above` are the verbs in front of it, `level` is that of its headings. */
function body(command: Command, above: readonly string[], level: string): string[] {
  const words = ['kubectl', 'zone', ...above, command.usage].join(' ');
  const of = above.length > 0 ? ` of ${verbOf(command)}` : '';
  const { positionals = {}, options, choices = {}, examples, connects } = command;
  const flags = connects || Object.keys(options).length > 0 ? ' [flags]' : '';
  return [
    `${prose(command.summary)}.`,
    fenced('text', `${words}${flags}`),
    ...(command.description === undefined ? [] : [prose(command.description)]),
    ...section(`${level} Arguments${of}`, argumentTable(positionals, choices)),
    ...section(`${level} Flags${of}`, flagTable(options, choices)),
    ...(connects ? ['And the [connection flags](README.md#connection-flags).'] : []),
    ...(examples.length > 0 ? [`${level} Examples${of}`, fenced('sh', exampleLines(examples))] : []),
  ];
}

function section(title: string, rows: string | undefined): string[] {
  return rows === undefined ? [] : [title, rows];
}

function exampleLines(examples: Command['examples']): string {
  return examples.map(([command, what]) => `# ${what}\n${command}`).join('\n\n');
}

/** Undefined where there are none. */
function argumentTable(positionals: Described, choices: Choices): string | undefined {
  return tableOf(
    ['Argument', 'What it is'],
    Object.entries(positionals).map(([name, option]) => [`\`${name}\``, meaning(option, choices[name])]),
  );
}

/** Undefined where there are none. */
function flagTable(options: Described, choices: Choices): string | undefined {
  return tableOf(
    ['Flag', 'Default', 'What it does'],
    Object.entries(options).map(([name, option]) => [
      flagNames(name, option),
      unlessTold(option),
      meaning(option, choices[name]),
    ]),
  );
}

function flagNames(name: string, { alias }: Options): string {
  const short = [alias ?? []].flat().map((each) => `\`-${each}\`, `);
  return `${short.join('')}\`--${name}\``;
}

function unlessTold(option: Options): string {
  if (option.demandOption) return 'required';
  const value = option.defaultDescription ?? option.default;
  return value === undefined ? '' : prose(String(value));
}

/** The description, and the words that may be chosen where it does not name them all. */
function meaning({ describe = '' }: Options, choices: readonly string[] = []): string {
  const unnamed = choices.some((word) => !describe.includes(word));
  return `${prose(describe)}${unnamed ? ` (one of ${choices.join(', ')})` : ''}`;
}

function exitCodeTable(): string | undefined {
  return tableOf(
    ['Code', 'Meaning'],
    Object.entries(EXIT_CODES).map(([code, means]) => [code, means]),
  );
}

function tableOf(head: readonly string[], rows: readonly (readonly string[])[]): string | undefined {
  if (rows.length === 0) return undefined;
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function fenced(language: string, text: string): string {
  return `\`\`\`${language}\n${text}\n\`\`\``;
}

function verbOf({ usage }: Command): string {
  return usage.split(' ')[0] ?? '';
}

/** Help text as Markdown: what it would take for emphasis, HTML or the edge of a table is escaped. */
function prose(text: string): string {
  return text.replace(/[*|<]/g, '\\$&');
}

/** A block that there is nothing to say in is left out. */
function page(blocks: readonly (string | undefined)[]): string {
  return `${blocks.filter((block) => block !== undefined).join('\n\n')}\n`;
}
