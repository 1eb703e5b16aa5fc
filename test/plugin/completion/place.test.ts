import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Options } from 'yargs';
import type { Arguments, Command } from '../../../plugin/cli/command.ts';
import { takesValue } from '../../../plugin/cli/command-names.ts';
import { runCommandLine } from '../../../plugin/cli/registry.ts';
import { aliasesOf, optionsOf, positionalsOf } from '../../../plugin/completion/options.ts';
import { findPlace } from '../../../plugin/completion/place.ts';
import { COMMANDS } from '../../../plugin/main.ts';
import { testContext } from '../../helpers/context.ts';
import fc from '../../helpers/seed.ts';
import { allCommands } from './lines.ts';

describe('where the cursor stands', () => {
  const place = (...words: string[]) => findPlace(words, COMMANDS);

  it('tells the command, its verbs, flags and positionals', () => {
    const line = 'budget explain -n a --context=b pod/x --as c'.split(' ');
    const { verbs, given, positionals, cursor } = place(...line, '');
    assert.deepEqual(verbs, ['budget', 'explain']);
    assert.deepEqual(Object.fromEntries(given), { namespace: ['a'], context: ['b'], as: ['c'] });
    assert.deepEqual(positionals, ['pod/x']);
    assert.deepEqual(cursor, { kind: 'word', text: '', literal: false });
  });

  it('takes connection flags in front of the verb', () => {
    const { verbs, given } = place('-n', 'a', 'drain', '');
    assert.deepEqual([verbs, given.get('namespace')], [['drain'], ['a']]);
  });

  it('tells a value from a flag', () => {
    assert.deepEqual(place('drain', '--zone', 'a').cursor, { kind: 'value', option: 'zone', text: 'a' });
    assert.deepEqual(place('drain', '--zone=').cursor, { kind: 'value', option: 'zone', text: '' });
    assert.deepEqual(place('drain', '--zone', '-').cursor, { kind: 'value', option: 'zone', text: '-' });
    assert.deepEqual(place('drain', '--zone', '--z').cursor, { kind: 'flag', text: '--z' });
    assert.equal(place('drain', '--grace-period', '-1').cursor.kind, 'value');
    assert.deepEqual(place('drain', '--yes', 'a').cursor, { kind: 'word', text: 'a', literal: false });
    assert.deepEqual(place('budget', '-wo', 'j').cursor, { kind: 'value', option: 'output', text: 'j' });
    assert.deepEqual(place('drain', '--', '--zone').cursor, { kind: 'word', text: '--zone', literal: true });
  });
});

describe('a line that can be run', () => {
  it('is read as yargs reads it: no flag is taken for a value, and no value for a name', async () => {
    const commands = allCommands().filter(({ command }) => command.connects);
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...commands).chain(lineOf), async ({ words, flags, verbs }) => {
        const place = findPlace([...words, ''], COMMANDS);
        const { command, args } = await readByYargs(words);
        assert.deepEqual(place.verbs, verbs);
        const [positional] = positionalsOf(command);
        assert.deepEqual(place.positionals, positional ? valuesOf(args[positional.name]) : []);
        for (const { name } of flags) {
          assert.deepEqual(place.given.get(name), valuesOf(args[name]), `--${name}`);
        }
      }),
      { numRuns: 100 },
    );
  });
});

interface GivenFlag {
  name: string;
  words: readonly string[];
}

/** A line that names a command and some of its flags, each in any of its spellings. */
function lineOf({ verbs, command }: { verbs: readonly string[]; command: Command }) {
  const all = Object.entries(optionsOf(command)).filter(([name]) => name !== 'help');
  const required = all.filter(([, option]) => option.demandOption);
  const flags = fc
    .subarray(all, { maxLength: 6 })
    .chain((chosen) =>
      fc.tuple(...[...new Map([...required, ...chosen])].map(([name, option]) => given(name, option))),
    );
  const positionals =
    positionalsOf(command).length > 0
      ? fc.constantFrom('x1', 'sts/x', 'x-2').map((name) => [name])
      : fc.constant([]);
  return fc.record({ flags, positionals, first: fc.boolean() }).map((line) => {
    const flagWords = line.flags.flatMap(({ words }) => words);
    const rest = line.first ? [...line.positionals, ...flagWords] : [...flagWords, ...line.positionals];
    return { verbs, flags: line.flags, words: [...verbs, ...rest] };
  });
}

function given(name: string, option: Options): fc.Arbitrary<GivenFlag> {
  const spelling = fc.constantFrom(
    `--${name}`,
    ...aliasesOf(option).map((alias) => `${alias.length > 1 ? '--' : '-'}${alias}`),
  );
  if (!takesValue(option)) return spelling.map((flag) => ({ name, words: [flag] }));
  const value =
    option.type === 'number'
      ? fc.nat(99).map(String)
      : fc.constantFrom(...(option.choices?.map(String) ?? ['a', 'b=c', '7', 'd,e', 'svc:f/g:80', 'a-b']));
  return fc.record({ spelling, value, joined: fc.boolean() }).map((typed) => ({
    name,
    words: typed.joined ? [`${typed.spelling}=${typed.value}`] : [typed.spelling, typed.value],
  }));
}

function valuesOf(value: unknown): string[] {
  return value === undefined ? [] : [value].flat().map(String);
}

/** What yargs makes of the words. */
async function readByYargs(words: readonly string[]): Promise<{ command: Command; args: Arguments }> {
  const read: { command: Command; args: Arguments }[] = [];
  const recording = (command: Command): Command => ({
    ...command,
    subcommands: (command.subcommands ?? []).map(recording),
    async run(args) {
      read.push({ command, args });
      return 0;
    },
  });
  await runCommandLine(COMMANDS.map(recording), words, testContext({}).context);
  const [only] = read;
  assert.ok(only, words.join(' '));
  return only;
}
