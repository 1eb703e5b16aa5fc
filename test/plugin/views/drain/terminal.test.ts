import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { openScreen, type Screen } from '../fixtures/screen.ts';

const PLAY = fileURLToPath(new URL('../fixtures/play-drain.ts', import.meta.url));
const TITLE = 'drain of 100 nodes, zone by zone';
const GUARD = { timeout: 60_000 };

let screen: Screen | undefined;
afterEach(() => screen?.kill());

const shows = (text: string) => (seen: Screen) => seen.visible().some((row) => row.includes(text));

async function play(env: Readonly<Record<string, string>> = {}): Promise<Screen> {
  screen = openScreen({ script: PLAY, args: [], columns: 100, rows: 40, env });
  await screen.until('the drain', shows('node-b-09'));
  return screen;
}

test('q leaves the last picture and writes the summary below', GUARD, async () => {
  const terminal = await play();
  terminal.type('q');
  assert.equal(await terminal.ended, 0);
  const rows = terminal.everything();
  assert.equal(rows.filter((row) => row === TITLE).length, 1, rows.join('\n'));
  assert.deepEqual(rows.slice(rows.findIndex((row) => row.startsWith('stopped')) - 1), [
    '',
    'stopped safely: no more pods are evicted',
    '',
    '  time taken:               2m 06s',
    '  nodes drained:            41',
    '  pods evicted:             458',
    '  evictions refused:        3',
    '  most zones down at once:  1',
    '  nodes left cordoned:      1: node-b-09',
    '',
    'kubectl uncordon node-b-09',
  ]);
});

test('Ctrl-C interrupts, and ? helps', GUARD, async () => {
  const terminal = await play();
  terminal.type('?');
  await terminal.until('help', shows('q, Ctrl-C stop:'));
  terminal.type('\u0003');
  assert.equal(await terminal.ended, 130);
  assert.ok(shows('interrupted safely')(terminal));
});

test('a smaller window leaves one picture that fits', GUARD, async () => {
  const terminal = await play();
  terminal.resize(80, 36);
  await terminal.until('the smaller picture', shows('has 4 of 30 …'));
  terminal.type('q');
  await terminal.ended;
  const rows = terminal.everything();
  assert.equal(rows.filter((row) => row === TITLE).length, 1, rows.join('\n'));
});

test('NO_COLOR leaves no colour', GUARD, async () => {
  const styles = (text: string) => text.split('\u001b[').filter((part) => /^[\d;]*m/.test(part)).length;
  assert.ok(styles((await play()).raw()) > 0);
  screen?.kill();
  assert.equal(styles((await play({ NO_COLOR: '1' })).raw()), 0);
});
