import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { openDrainReporter } from '../../../plugin/views/open.ts';
import { testContext } from '../../helpers/context.ts';
import { manualClock } from './fixtures/clock.ts';
import { scriptedDrain } from './fixtures/drain.ts';

/** What is written at the end of a drain. */
async function ending(output: 'plain' | 'json' | 'yaml' | undefined, terminal = false): Promise<string> {
  const stdout = Object.assign(new PassThrough({ encoding: 'utf8' }), { isTTY: terminal });
  const context = { ...testContext({ NO_COLOR: '1' }).context, stdout, clock: manualClock() };
  const reporter = await openDrainReporter(context, {
    output,
    onQuit: () => {},
    leftover: ({ outcome }) => [`left ${outcome}`],
  });
  for (const event of scriptedDrain().slice(-1)) reporter.report(event);
  await reporter.close();
  return String(stdout.read());
}

test('a pipe gets lines, with the last of them as the caller has it', async () => {
  const text = await ending(undefined);
  assert.ok(text.startsWith('       0s  done: 6 nodes are drained\n'), text);
  assert.ok(text.endsWith('\n\nleft done\n'), text);
  assert.ok(!text.includes('\u001b'));
});

test('a terminal gets the picture, and the same lines below', async () => {
  const text = await ending(undefined, true);
  assert.match(text, /reading the cluster/);
  assert.ok(text.endsWith('\n\nleft done\n'), text);
});

test('what is asked for with --output comes on a terminal too', async () => {
  assert.match(await ending('plain', true), /^ {7}0s {2}done/);
  assert.equal(JSON.parse(await ending('json', true)).outcome, 'done');
  assert.match(await ending('yaml', true), /^---\ntime: .*\ntype: finished\noutcome: done\n/);
});
