import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { openScreen, type Screen } from '../fixtures/screen.ts';

const PLAY = fileURLToPath(new URL('play-flush.ts', import.meta.url));
const GUARD = { timeout: 60_000 };

let screen: Screen | undefined;
afterEach(() => screen?.kill());

async function shown(env: Readonly<Record<string, string>> = {}): Promise<Screen> {
  screen = openScreen({ script: PLAY, args: [], columns: 80, rows: 24, env });
  await screen.until('the picture', (seen) => seen.visible().some((row) => row.startsWith('q quit')));
  return screen;
}

test('q leaves the last picture, with the figures below', GUARD, async () => {
  const terminal = await shown();
  terminal.type('q');
  assert.equal(await terminal.ended, 0);
  const rows = terminal.everything();
  assert.equal(rows.filter((row) => row.startsWith('kubectl zone rollout')).length, 1, rows.join('\n'));
  assert.equal(rows.at(-1), 'kubectl zone took 20m 06s longer and lost none');
});

test('NO_COLOR leaves no colour, and a locale without UTF-8 only ASCII', GUARD, async () => {
  const styles = (text: string) => text.split('\u001b[').filter((part) => /^[\d;]*m/.test(part)).length;
  const styled = (await shown()).raw();
  screen?.kill();
  const bare = (await shown({ NO_COLOR: '1', LANG: 'C' })).raw();
  assert.ok(styles(styled) > 0);
  assert.equal(styles(bare), 0);
  assert.ok([...bare].every((character) => character.charCodeAt(0) < 128));
});
