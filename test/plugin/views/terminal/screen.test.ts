import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import type { OutputStream } from '../../../../plugin/cli/context.ts';
import { span } from '../../../../plugin/views/terminal/line.ts';
import { FrameTerminal, reflows, sizeOf, watchSize } from '../../../../plugin/views/terminal/screen.ts';
import { manualClock } from '../fixtures/clock.ts';

function fakeTerminal(columns: number, rows: number) {
  return Object.assign(new PassThrough({ encoding: 'utf8' }), { isTTY: true, columns, rows });
}

test('the rows in excess are those that the narrower terminal has added', () => {
  const stdout = fakeTerminal(80, 24);
  const terminal = new FrameTerminal(stdout);
  terminal.eraseWrapped([[span('x'.repeat(79))], [], [span('x'.repeat(30)), span('y')]], 30);
  assert.equal(stdout.read(), '\u001b[2K\u001b[1A'.repeat(3));
  terminal.eraseWrapped([[span('short')]], 30);
  assert.equal(stdout.read(), null);
});

test('Ink sees a new size only when it is adopted', () => {
  const stdout = fakeTerminal(80, 24);
  const terminal = new FrameTerminal(stdout);
  stdout.columns = 60;
  assert.equal(terminal.columns, 80);
  terminal.adopt({ columns: 60, rows: 20 });
  assert.deepEqual([terminal.columns, terminal.rows], [60, 20]);
});

test('a dragged window settles once, with its last size', () => {
  const stdout = fakeTerminal(80, 24);
  const clock = manualClock();
  const seen: unknown[] = [];
  const stop = watchSize(stdout, clock, {
    begun: () => seen.push('begun'),
    settled: (size) => seen.push(size),
  });
  for (const columns of [75, 70]) {
    stdout.columns = columns;
    stdout.emit('resize');
  }
  clock.advance(100);
  assert.deepEqual(seen, ['begun', 'begun', { columns: 70, rows: 24 }]);
  stdout.emit('resize');
  stop();
  clock.advance(100);
  assert.equal(seen.length, 4);
});

test('terminals that cut lines off instead of wrapping them', () => {
  const wraps = [
    { TERM: 'xterm-256color' },
    { TERM: 'screen-256color', TMUX: '/tmp/tmux' },
    { TERM: 'xterm', XTERM_VERSION: 'XTerm(390)' },
    { TERM: 'screen' },
    { TERM: 'linux' },
    {},
  ].map(reflows);
  assert.deepEqual(wraps, [true, true, false, false, false, true]);
});

test('a terminal that does not tell its size has 80 by 24', () => {
  const stdout: OutputStream = new PassThrough();
  assert.deepEqual(sizeOf(stdout), { columns: 80, rows: 24 });
});
