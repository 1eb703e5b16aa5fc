import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keyNames } from '../../../../plugin/views/terminal/keys.ts';

test('keys have names or are their character', () => {
  assert.deepEqual(keyNames('', { upArrow: true }), ['up']);
  assert.deepEqual(keyNames('', { return: true }), ['enter']);
  assert.deepEqual(keyNames('\n', {}), ['enter']);
  assert.deepEqual(keyNames('', { escape: true, meta: true }), ['escape']);
  assert.deepEqual(keyNames('p', {}), ['p']);
});

test('a key that is held down comes several times', () => {
  assert.deepEqual(keyNames('+++', {}), ['+', '+', '+']);
});

test('what is pasted, and what is typed with Ctrl or Alt, is no key', () => {
  assert.deepEqual(keyNames('uy', {}), []);
  assert.deepEqual(keyNames('', {}), []);
  assert.deepEqual(keyNames('p', { ctrl: true }), []);
  assert.deepEqual(keyNames('p', { meta: true }), []);
});
