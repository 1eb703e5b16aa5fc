import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { openScreen } from '../../views/fixtures/screen.ts';

const PLAY = fileURLToPath(new URL('play.tsx', import.meta.url));

function play(columns = 100, rows = 24) {
  return openScreen({ script: PLAY, args: [], columns, rows });
}

const ZONE_B = /^ {2}zone-b {2}3\/4 healthy {2}●●◐✗ {2}2 allowed {2}reserved: ingester-1/;

describe('the live view of budgets on a terminal', () => {
  it('draws the budgets, and keeps them on the screen after q', async () => {
    const screen = play();
    await screen.until('the budget', ({ visible }) => visible().some((row) => ZONE_B.test(row)));
    screen.type('q');
    assert.equal(await screen.ended, 0);
    assert.ok(screen.everything().some((row) => ZONE_B.test(row)));
  });

  it('distinguishes Ctrl-C from q', async () => {
    const screen = play();
    await screen.until('the budget', ({ visible }) => visible().some((row) => ZONE_B.test(row)));
    screen.type('\u0003');
    assert.equal(await screen.ended, 130);
  });

  it('shows a single frame after the window was made smaller', async () => {
    const screen = play();
    await screen.until('the budget', ({ visible }) => visible().some((row) => ZONE_B.test(row)));
    screen.resize(60, 20);
    await screen.until('the narrower budget', ({ visible }) =>
      visible().some((row) => row.startsWith('  zone-b') && row.endsWith('…')),
    );
    screen.type('q');
    assert.equal(await screen.ended, 0);
    const titles = screen.everything().filter((row) => row.startsWith('zone disruption budgets'));
    assert.equal(titles.length, 1, screen.everything().join('\n'));
  });
});
