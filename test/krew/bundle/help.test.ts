import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { Command } from '../../../plugin/cli/command.ts';
import { COMMANDS, main } from '../../../plugin/main.ts';
import { testContext } from '../../helpers/context.ts';

const BUNDLE = join(import.meta.dirname, '..', '..', '..', 'dist', 'plugin', 'index.js');
/** Narrow enough to wrap nearly every line, the usual width, and wider than any line of help. */
const WIDTHS = [50, 80, 200];

type Main = typeof main;

describe('the bundle', () => {
  for (const words of [[], ...COMMANDS.flatMap((command) => verbsOf(command))]) {
    it(`says of kubectl zone ${[...words, '--help'].join(' ')} what the source says`, async () => {
      const { main: bundled } = (await import(BUNDLE)) as { main: Main };
      for (const columns of WIDTHS) {
        const said = await helpOf(bundled, words, columns);
        assert.equal(said, await helpOf(main, words, columns));
        assert.match(said, /--help/);
      }
    });
  }

  it('refuses a command line as the source does', async () => {
    const { main: bundled } = (await import(BUNDLE)) as { main: Main };
    for (const words of [['rollot'], ['drain', '--nope'], ['budget', 'create'], ['plan']]) {
      const said = await errorOf(bundled, words);
      assert.equal(said, await errorOf(main, words));
      assert.match(said, /^error: /);
    }
  });
});

function verbsOf(command: Command, above: readonly string[] = []): string[][] {
  const words = [...above, command.usage.split(' ')[0] ?? ''];
  return [words, ...(command.subcommands ?? []).flatMap((sub) => verbsOf(sub, words))];
}

async function helpOf(run: Main, words: readonly string[], columns: number): Promise<string> {
  const { context, stdout, stderr } = testContext({});
  Object.assign(context.stdout, { columns });
  assert.equal(await run([...words, '--help'], context), 0, stderr.text);
  return stdout.text;
}

async function errorOf(run: Main, words: readonly string[]): Promise<string> {
  const { context, stderr } = testContext({});
  assert.equal(await run(words, context), 2);
  return stderr.text;
}
