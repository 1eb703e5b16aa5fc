import assert from 'node:assert/strict';
import { test } from 'node:test';
import { drainSummaryLines, uncordonLines } from '../../../../plugin/views/drain/summary.ts';

const SUMMARY = {
  tookMs: 372_000,
  nodesDrained: 30,
  podsEvicted: 300,
  requestsRefused: 4,
  zonesDownTogether: 0,
  cordoned: ['node-1', 'node-2'],
};

test('the summary names the figures, and the command that uncordons the nodes', () => {
  assert.deepEqual(drainSummaryLines(SUMMARY), [
    '  time taken:               6m 12s',
    '  nodes drained:            30',
    '  pods evicted:             300',
    '  evictions refused:        4',
    '  most zones down at once:  1',
    '  nodes left cordoned:      2: node-1, node-2',
    '',
    'kubectl uncordon node-1 node-2',
  ]);
});

test('other last lines take the place of the command', () => {
  assert.deepEqual(drainSummaryLines(SUMMARY, ['go on']).slice(-2), ['', 'go on']);
  assert.equal(drainSummaryLines(SUMMARY, []).length, 6);
});

test('nothing is to be undone when no node is cordoned', () => {
  const lines = drainSummaryLines({ ...SUMMARY, cordoned: [] });
  assert.equal(lines.at(-1), '  nodes left cordoned:      0');
});

test('the command for many nodes is whole, and a shell can read it', () => {
  const cordoned = Array.from({ length: 100 }, (_, index) => `node-${index}.eu-west-1.compute.internal`);
  const lines = uncordonLines({ cordoned });
  assert.ok(lines.every((line) => line.length <= 80));
  assert.ok(lines.slice(0, -1).every((line) => line.endsWith(' \\')));
  const words = lines.join('\n').replaceAll('\\\n', '').split(/\s+/);
  assert.deepEqual(words, ['kubectl', 'uncordon', ...cordoned]);
});
