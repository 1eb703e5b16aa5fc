import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Command } from '../../../plugin/cli/command.ts';
import { takesValue } from '../../../plugin/cli/command-names.ts';
import { runCommandLine } from '../../../plugin/cli/registry.ts';
import { decideCompletion } from '../../../plugin/completion/decide.ts';
import { choicesOf, longName, optionsOf, positionalsOf } from '../../../plugin/completion/options.ts';
import { findPlace } from '../../../plugin/completion/place.ts';
import { completionText, present } from '../../../plugin/completion/present.ts';
import { COMMANDS } from '../../../plugin/main.ts';
import { KubeconfigError } from '../../../shared/kube/kube.ts';
import { testContext } from '../../helpers/context.ts';
import fc from '../../helpers/seed.ts';
import { allCommands, offered } from './lines.ts';

const vocabulary = [
  ...new Set(
    allCommands().flatMap(({ verbs, command }) => [
      ...verbs,
      ...Object.keys(optionsOf(command)).flatMap((name) => [`--${name}`, `--${name}=`, `--${name}=a,`]),
    ]),
  ),
  ...[
    '',
    '-',
    '--',
    '-n',
    '-o',
    '-wA',
    'sts',
    'sts/',
    'sts/a',
    'deploy/',
    'node/',
    'zdb/',
    'pod/',
    'a,b,',
    'svc:',
    'svc:a/',
  ],
];
const word = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...vocabulary) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 12 }) },
);
const line = fc.array(word, { maxLength: 8 });
const names = fc.array(
  fc.record({ name: fc.string({ unit: 'binary' }), about: fc.string({ unit: 'binary' }) }),
);

describe('whatever is found', () => {
  it('has nothing that a shell would expand or run, nor a control character', () => {
    const hostile = fc.array(
      fc.constantFrom(
        'a',
        '-',
        '$(reboot)',
        '`reboot`',
        ';',
        '|',
        '&',
        '>',
        "'",
        '"',
        '\\',
        '*',
        '\n',
        '\u001b[2J',
      ),
      { minLength: 1, maxLength: 4 },
    );
    const found = fc.array(fc.record({ name: hostile, about: hostile }), { minLength: 1, maxLength: 4 });
    const asked = fc.constantFrom(['rollout', 'sts/'], ['rollout', '-n', ''], ['drain', '']);
    fc.assert(
      fc.property(asked, found, (words, parts) => {
        const named = parts.map(({ name, about }) => ({ name: name.join(''), about: about.join('') }));
        const { fixed, ...decision } = decideCompletion(findPlace(words, COMMANDS), COMMANDS);
        assert.ok(decision.asked);
        const { candidates } = present({ ...decision, fixed: [] }, named);
        for (const { name, about } of candidates)
          assert.doesNotMatch(`${name}${about}`, /[`$\\"'|&;<>*\p{Cc}]/u);
      }),
      { examples: [[['drain', ''], [{ name: ['$(reboot)'], about: ['a'] }]]] },
    );
  });
});

describe('whatever is typed', () => {
  it('never throws, and every candidate goes on from the word', () => {
    fc.assert(
      fc.property(line, names, (words, found) => {
        const decision = decideCompletion(findPlace(words, COMMANDS), COMMANDS);
        const last = words.at(-1) ?? '';
        assert.ok(last.endsWith(decision.word), `${decision.word} is not the end of ${last}`);
        for (const { name } of present(decision, found).candidates) {
          assert.ok(name.startsWith(decision.word), `${name} does not begin with ${decision.word}`);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('prints one line for each candidate and the directive, whatever the names are', () => {
    fc.assert(
      fc.property(line, names, (words, found) => {
        const presented = present(decideCompletion(findPlace(words, COMMANDS), COMMANDS), found);
        const lines = completionText(presented).split('\n');
        assert.equal(lines.pop(), '');
        assert.match(lines.pop() ?? '', /^:\d+$/);
        assert.equal(lines.length, presented.candidates.length);
        for (const text of lines) assert.match(text, /^[^\t:][^\t]*(\t[^\t]+)?$/u);
      }),
      { numRuns: 500 },
    );
  });
});

describe('what is offered', () => {
  it('is accepted by the parser, every flag of every command', async () => {
    for (const { verbs, command } of allCommands()) {
      const flags = offered([...verbs, '--']).filter((flag) => flag !== '--help');
      const short = offered([...verbs, '-']).filter((flag) => /^-[^-]$/.test(flag) && flag !== '-h');
      const given = [...flags, ...short].flatMap((flag) => {
        const name = longName(flag.replace(/^-+/, ''), optionsOf(command)) ?? '';
        const value = choicesOf(command, name)?.[0] ?? '3';
        return takesValue(optionsOf(command)[name]) ? [flag, value] : [flag];
      });
      const words = [...verbs, ...namesFor(command), ...given];
      await runCommandLine(COMMANDS.map(silent), words, testContext({}).context).catch((error: unknown) =>
        assert.fail(`kubectl zone ${words.join(' ')}: ${String(error)}`),
      );
    }
  });

  it('is accepted by the command, each of the words that a flag takes', async () => {
    for (const { verbs, command } of allCommands().filter((each) => each.command.connects)) {
      for (const [name, words] of Object.entries(command.choices ?? {})) {
        for (const value of words) {
          const { context } = testContext({});
          context.connect = () => Promise.reject(new KubeconfigError('as far as it should come'));
          const argv = [...verbs, ...namesFor(command), ...required(command), `--${name}=${value}`];
          const refused = await runCommandLine(COMMANDS, argv, context).then(() => '', String);
          assert.doesNotMatch(refused, /is not one of|required/, argv.join(' '));
        }
      }
    }
  });
});

function silent(command: Command): Command {
  return { ...command, subcommands: (command.subcommands ?? []).map(silent), run: async () => 0 };
}

/** A name where the command takes one. */
function namesFor(command: Command): string[] {
  const [positional] = positionalsOf(command);
  if (!positional) return [];
  return positional.name === 'target' ? ['sts/x'] : [choicesOf(command, positional.name)?.[0] ?? 'x'];
}

function required(command: Command): string[] {
  const names = Object.entries(command.options).filter(([, { demandOption }]) => demandOption);
  return names.map(([name]) => `--${name}=${name === 'for' ? 'sts/x' : '1'}`);
}
