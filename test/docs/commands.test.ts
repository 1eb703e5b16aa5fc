import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Command } from '../../plugin/cli/command.ts';
import { COMMANDS } from '../../plugin/main.ts';
import { codeSpans, fencedBlocks } from './markdown.ts';
import { readPages } from './pages.ts';
import { complaintOf } from './parse.ts';
import { pluginCalls } from './shell.ts';

describe('commands that can be pasted', () => {
  it('notices what would not work', async () => {
    const wrong: [words: string[], complaint: RegExp][] = [
      [['rollout', 'sts/a', '--surge', '1'], /surge/],
      [['rollout'], /rollout|target|argument|name a workload/],
      [['rollout', 'sts/a', '--soak'], /soak/],
      [['rollout', 'sts/a', '--soak', 'soon'], /not a duration/],
      [['drain', 'node-1', '-o', 'csv'], /not one of plain, json/],
      [['rolout', 'sts/a'], /unknown command/],
    ];
    for (const [words, complaint] of wrong) {
      assert.match((await complaintOf(COMMANDS, words)) ?? '(none)', complaint, words.join(' '));
    }
  });

  for (const command of withSubcommands(COMMANDS)) {
    it(`works as the examples of "${command.usage}" say`, async () => {
      for (const [example] of command.examples) {
        assert.equal(pluginCalls(example).length, 1, example);
        await assertUnderstood(example);
      }
    });
  }

  it('works as the pages say', async () => {
    for (const { path, text } of await readPages()) {
      for (const block of fencedBlocks(text, 'sh')) await assertUnderstood(block, path);
    }
  });

  it('has the verbs and flags that the text names, where a command is not whole', async () => {
    for (const { path, text } of await readPages()) {
      const spans = codeSpans(text).filter((span) => span.startsWith('kubectl zone '));
      for (const words of spans.flatMap(pluginCalls)) {
        const complaint = (await complaintOf(COMMANDS, words)) ?? '';
        assert.doesNotMatch(complaint, /unknown/i, `${path}: kubectl zone ${words.join(' ')}`);
      }
    }
  });
});

async function assertUnderstood(script: string, where = 'example'): Promise<void> {
  for (const words of pluginCalls(script)) {
    const complaint = await complaintOf(COMMANDS, words);
    assert.equal(complaint, undefined, `${where}: kubectl zone ${words.join(' ')}: ${complaint}`);
  }
}

function withSubcommands(commands: readonly Command[]): Command[] {
  return commands.flatMap((command) => [command, ...withSubcommands(command.subcommands ?? [])]);
}
