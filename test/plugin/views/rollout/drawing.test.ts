import assert from 'node:assert/strict';
import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { inkReporter } from '../../../../plugin/views/rollout/ink.ts';
import { manualClock } from '../fixtures/clock.ts';
import { event, midway, STARTED_AT_MS } from '../fixtures/snapshots.ts';

/** A reporter on a terminal without keys, whose output is read piece by piece. */
function open() {
  const clock = manualClock(STARTED_AT_MS);
  const stdout = Object.assign(new PassThrough({ encoding: 'utf8' }), { isTTY: true, columns: 80, rows: 24 });
  const reporter = inkReporter({
    stdout,
    stderr: new PassThrough(),
    stdin: new PassThrough(),
    env: { LANG: 'C.UTF-8', NO_COLOR: '1' },
    clock,
    onQuit: () => {},
  });
  return { clock, stdout, reporter, news: () => stripVTControlCharacters(String(stdout.read() ?? '')) };
}

/** Ink hands its frames over in later turns of the event loop, with pieces that move no text around them. */
async function untilWritten({ stdout, news }: ReturnType<typeof open>): Promise<string> {
  for (;;) {
    const text = news();
    if (text !== '') return text;
    await once(stdout, 'readable');
  }
}

const SNAPSHOT = event(0, { type: 'snapshot', snapshot: midway() });
const GUARD = { timeout: 60_000 };

test('without a terminal to read from it draws all the same, and says how to leave', GUARD, async () => {
  const opened = open();
  const { reporter } = opened;
  assert.match(await untilWritten(opened), /Ctrl-C quit \(safe\)/);
  await reporter.close();
});

test('the elapsed time goes on with our clock', GUARD, async () => {
  const opened = open();
  const { clock, reporter } = opened;
  await untilWritten(opened);
  reporter.report(SNAPSHOT);
  clock.advance(100);
  assert.match(await untilWritten(opened), /2m 05s elapsed, about 3m 09s left/);
  clock.advance(5000);
  assert.match(await untilWritten(opened), /10s elapsed, about 3m 05s left/);
  await reporter.close();
});

test('many events in a row are drawn once', GUARD, async () => {
  const { clock, reporter } = open();
  const quiet = clock.pending();
  for (let count = 0; count < 50; count += 1) reporter.report(SNAPSHOT);
  assert.equal(clock.pending(), quiet + 1);
  await reporter.close();
});

test('nothing is drawn while the size changes, and all of it afterwards', GUARD, async () => {
  const opened = open();
  const { clock, stdout, reporter } = opened;
  await untilWritten(opened);
  stdout.columns = 60;
  stdout.emit('resize');
  clock.advance(50);
  reporter.report(SNAPSHOT);
  stdout.emit('resize');
  clock.advance(99);
  stdout.emit('resize');
  clock.advance(99);
  // Nothing is awaited here: a wrong draw gets the time that Ink needs to write it.
  await new Promise((resolve) => setTimeout(resolve, 10));
  clock.advance(100);
  const text = await untilWritten(opened);
  assert.match(text, /5c8d7f9b6c → 7b9f5d8c4d/);
  assert.doesNotMatch(text, / {3}revision /, 'the title of the wider terminal');
  await reporter.close();
});

test('closed before anything happened, it leaves no timer and no listener', GUARD, async () => {
  const { clock, stdout, reporter } = open();
  reporter.report(SNAPSHOT);
  stdout.emit('resize');
  await reporter.close();
  assert.equal(clock.pending(), 0);
  assert.equal(stdout.listenerCount('resize'), 0);
});

test('what comes after the end is not drawn', GUARD, async () => {
  const { clock, reporter } = open();
  await reporter.close();
  reporter.report(SNAPSHOT);
  assert.equal(clock.pending(), 0);
});
