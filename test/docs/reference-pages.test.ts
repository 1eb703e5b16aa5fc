import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { referencePages } from '../../docs/reference-pages.ts';
import type { Command } from '../../plugin/cli/command.ts';
import { EXIT } from '../../plugin/cli/errors.ts';

const COMMAND: Command = {
  usage: 'look <what>',
  summary: 'Look at something',
  description: 'Takes a|b, or *.',
  connects: false,
  positionals: { what: { type: 'string', describe: 'What' } },
  options: {
    output: { alias: 'o', type: 'string', describe: 'json or yaml' },
    pacing: { type: 'string', describe: 'How fast', defaultDescription: 'wave' },
    name: { type: 'string', describe: 'Its name', demandOption: true },
  },
  choices: { output: ['json', 'yaml'], pacing: ['wave', 'stream'] },
  examples: [['kubectl zone look x', 'Look at x']],
  run: async () => EXIT.done,
};

describe('a page of the reference', () => {
  const page = referencePages([COMMAND]).get('look.md') ?? '';

  it('escapes what Markdown would take for its own', () => {
    assert.match(page, /Takes a\\\|b, or \\\*\./);
  });

  it('has flags with their short names, defaults, and the words that the description does not name', () => {
    assert.match(page, /\| `-o`, `--output` \| {2}\| json or yaml \|/);
    assert.match(page, /\| `--pacing` \| wave \| How fast \(one of wave, stream\) \|/);
    assert.match(page, /\| `--name` \| required \| Its name \|/);
  });

  it('has connection flags only where the command speaks to a cluster', () => {
    assert.doesNotMatch(page, /connection flags/);
    const connecting = referencePages([{ ...COMMAND, connects: true }]).get('look.md') ?? '';
    assert.match(connecting, /\(README\.md#connection-flags\)/);
  });

  it('leaves out what a command does not have', () => {
    const bare: Command = {
      usage: 'look',
      summary: 'Look',
      connects: false,
      options: {},
      examples: [],
      run: COMMAND.run,
    };
    const text = referencePages([bare]).get('look.md') ?? '';
    assert.doesNotMatch(text, /## (Flags|Arguments|Examples)/);
    assert.match(text, /kubectl zone look\n```/);
  });

  it('puts verbs below a verb on the same page', () => {
    const text =
      referencePages([{ ...COMMAND, subcommands: [{ ...COMMAND, usage: 'twice' }] }]).get('look.md') ?? '';
    assert.match(text, /^## kubectl zone look twice$/m);
    assert.match(text, /^### Flags of twice$/m);
  });
});
