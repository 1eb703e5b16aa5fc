import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { openScreen, type Screen, type ScreenOptions } from '../fixtures/screen.ts';

const LINES_BEFORE = Array.from({ length: 10 }, (_, index) => `before ${index + 1}`);
/** Plays the script at once up to a moment in the second zone, and stays there. */
const HELD = ['--before=10', '--until=150', '--speed=100000', '--hang=ingester-20'];
const TITLE = 'StatefulSet prod/ingester';
const KEYS = 'q quit (safe)   ? help';

/** A program that waits for a key would keep a failed test waiting. */
const GUARD = { timeout: 60_000 };

let screen: Screen | undefined;
afterEach(() => screen?.kill());

const shows = (text: string) => (seen: Screen) => seen.visible().some((row) => row.includes(text));

async function held(options: Partial<ScreenOptions> = {}): Promise<Screen> {
  screen = openScreen({ args: HELD, columns: 100, rows: 40, ...options });
  await screen.until('the moment', (seen) => shows('ingester-20 down')(seen) && shows('zone-b   3/12')(seen));
  return screen;
}

/** What stood there before is whole and in order, and everything of the picture is there once. */
function assertIntact(seen: Screen): void {
  const rows = seen.everything();
  assert.deepEqual(rows.slice(0, LINES_BEFORE.length), LINES_BEFORE);
  assert.equal(rows.filter((row) => row.includes(TITLE)).length, 1, rows.join('\n'));
  assert.equal(rows.filter((row) => row.includes('●●●✗○○○○○○')).length, 1, rows.join('\n'));
}

test('q leaves the last picture and writes the summary below', GUARD, async () => {
  const terminal = await held();
  terminal.type('q');
  assert.equal(await terminal.ended, 0);
  assertIntact(terminal);
  const rows = terminal.everything();
  assert.deepEqual(rows.slice(rows.findIndex((row) => row.startsWith('stopped')) - 1), [
    '',
    'stopped safely: no more pods are replaced',
    'continue with: kubectl zone rollout sts/ingester -n prod',
    '',
    '  time taken:                     2m 05s',
    '  waves:                          1',
    '  pods replaced:                  1',
    '  most pods down at once:         1',
    '  most pods terminating at once:  1',
    '  most zones down at once:        1',
  ]);
  assert.ok(!rows.includes(KEYS));
});

test('Ctrl-C in raw mode leaves in the same way, and the cursor is visible again', GUARD, async () => {
  const terminal = await held();
  terminal.type('\u0003');
  assert.equal(await terminal.ended, 0);
  const output = terminal.raw();
  assert.ok(output.lastIndexOf('\u001b[?25h') > output.lastIndexOf('\u001b[?25l'));
  assert.ok(shows('interrupted safely')(terminal));
});

test('? opens the help and closes it', GUARD, async () => {
  const terminal = await held();
  terminal.type('?');
  await terminal.until('help', shows('q, Ctrl-C stop:'));
  terminal.type('?');
  await terminal.until('events', shows('ingester-20 down'));
  assertIntact(terminal);
});

/** Steps between which the picture is drawn; the sizes of a step follow each other at once. */
const RESIZES: Readonly<Record<string, readonly (readonly (readonly [number, number])[])[]>> = {
  narrower: [[[70, 40]]],
  'narrower and wider again': [[[60, 40]], [[100, 40]]],
  lower: [[[100, 30]]],
  'wider and higher': [[[140, 50]]],
  'narrower bit by bit': [
    [
      [95, 40],
      [90, 38],
      [80, 36],
      [70, 34],
      [74, 36],
      [65, 38],
    ],
  ],
};

for (const [name, steps] of Object.entries(RESIZES)) {
  test(`a terminal that becomes ${name} loses nothing and shows nothing twice`, GUARD, async () => {
    const terminal = await held();
    for (const step of steps) {
      const drawnBefore = terminal.raw().length;
      for (const [columns, rows] of step) terminal.resize(columns, rows);
      const drawn = (seen: Screen) => seen.raw().indexOf(TITLE, drawnBefore) > 0;
      await terminal.until('a new picture', (seen) => drawn(seen) && shows(KEYS)(seen));
    }
    assertIntact(terminal);
    terminal.type('q');
    await terminal.ended;
    assertIntact(terminal);
  });
}

test('the screen is never cleared, and each change is drawn at once', GUARD, async () => {
  screen = openScreen({ args: ['--speed=100', '--pods=300', '--max=50'], columns: 80, rows: 24 });
  assert.equal(await screen.ended, 0);
  const output = screen.raw();
  for (const clearing of ['\u001b[2J', '\u001b[3J', '\u001b[H', '\u001b[1;1H', '\u001b[?1049h']) {
    assert.ok(!output.includes(clearing), JSON.stringify(clearing));
  }
  assert.equal(output.split('\u001b[?2026h').length, output.split('\u001b[?2026l').length);
  const rows = screen.everything();
  assert.equal(rows.filter((row) => row.includes(TITLE)).length, 1, rows.join('\n'));
  assert.match(rows.at(-1) ?? '', /one pod at a time: +about .*x\)$/);
});

test('NO_COLOR leaves no colour, and a locale without UTF-8 only ASCII', GUARD, async () => {
  const styled = (await held()).raw();
  screen?.kill();
  const bare = (await held({ env: { NO_COLOR: '1', LANG: 'C' } })).raw();
  const styles = (text: string) => text.split('\u001b[').filter((part) => /^[\d;]*m/.test(part)).length;
  assert.ok(styles(styled) > 0);
  assert.equal(styles(bare), 0);
  assert.ok([...bare].every((character) => character.charCodeAt(0) < 128));
  assert.ok(
    screen?.visible().some((row) => row === '> zone-b   3/12  ###!...... ..'),
    screen?.visible().join('\n'),
  );
});
