import assert from 'node:assert/strict';
import { test } from 'node:test';
import { firstNames, formatDuration, oneLine, percent, plural, shortRevision } from '../../shared/format.ts';

test('durations use two units at most, and cut off what is below a second', () => {
  const told = [-5, 0, 999, 47_000, 59_999, 60_000, 125_000, 3_599_999, 3_720_000, 100 * 3_600_000];
  assert.deepEqual(told.map(formatDuration), [
    '0s',
    '0s',
    '0s',
    '47s',
    '59s',
    '1m 00s',
    '2m 05s',
    '59m 59s',
    '1h 02m',
    '100h 00m',
  ]);
});

test('names beyond the first are counted, but never a single one', () => {
  assert.equal(firstNames(['a', 'b', 'c']), 'a, b, c');
  assert.equal(firstNames(['a', 'b', 'c', 'd']), 'a, b and 2 more');
});

test('text from the cluster can neither end a line nor move the cursor', () => {
  assert.equal(oneLine('\u001b[31mred\u001b[0m\r\nnext\u009b2J\u202eend\n'), 'red nextend');
});

test('a hundred percent means that nothing is missing', () => {
  assert.deepEqual([percent(299, 300), percent(300, 300), percent(0, 0)], [99, 100, 100]);
});

test('plurals and revisions', () => {
  assert.deepEqual([plural(1, 'pod'), plural(0, 'pod')], ['1 pod', '0 pods']);
  assert.equal(shortRevision('ingester-5c8d', 'ingester'), '5c8d');
  assert.equal(shortRevision('ingester-5c8d', 'gateway'), 'ingester-5c8d');
});
