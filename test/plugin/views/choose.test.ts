import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import type { OutputStream } from '../../../plugin/cli/context.ts';
import { allowsColour, chooseView } from '../../../plugin/views/choose.ts';

const pipe: OutputStream = new PassThrough();
const terminal: OutputStream = Object.assign(new PassThrough(), { isTTY: true });

test('a terminal gets the picture, everything else gets lines', () => {
  assert.equal(chooseView(undefined, { stdout: terminal, env: {} }), 'ink');
  assert.equal(chooseView(undefined, { stdout: pipe, env: {} }), 'plain');
  assert.equal(chooseView(undefined, { stdout: terminal, env: { TERM: 'dumb' } }), 'plain');
  assert.equal(chooseView(undefined, { stdout: terminal, env: { CI: 'true' } }), 'plain');
  assert.equal(chooseView('json', { stdout: terminal, env: {} }), 'data');
  assert.equal(chooseView('yaml', { stdout: terminal, env: {} }), 'data');
  assert.equal(chooseView('plain', { stdout: terminal, env: {} }), 'plain');
});

test('colour needs a terminal, and an empty NO_COLOR does not forbid it', () => {
  const allowed = [
    { stdout: terminal, env: {} },
    { stdout: terminal, env: { NO_COLOR: '' } },
    { stdout: terminal, env: { NO_COLOR: '1' } },
    { stdout: terminal, env: { TERM: 'dumb' } },
    { stdout: pipe, env: {} },
  ].map(allowsColour);
  assert.deepEqual(allowed, [true, true, false, false, false]);
});
