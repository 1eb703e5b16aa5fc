import assert from 'node:assert/strict';
import { test } from 'node:test';
import { summaryLines } from '../../../../plugin/views/rollout/summary.ts';

const SUMMARY = {
  tookMs: 372_000,
  waves: 12,
  podsReplaced: 36,
  mostPodsDown: 12,
  mostPodsTerminating: 2,
  zonesDownTogether: 0,
  oneAtATimeMs: 5_394_000,
};

test('the summary names the cost, and what one pod at a time would have cost', () => {
  assert.deepEqual(summaryLines(SUMMARY), [
    '  time taken:                     6m 12s',
    '  waves:                          12',
    '  pods replaced:                  36',
    '  most pods down at once:         12',
    '  most pods terminating at once:  2',
    '  most zones down at once:        1',
    '  one pod at a time:              about 1h 29m (14.5x)',
  ]);
});

test('nothing is compared when no pod was replaced', () => {
  const lines = summaryLines({ ...SUMMARY, podsReplaced: 0, mostPodsDown: 0, oneAtATimeMs: undefined });
  assert.equal(lines.at(-1), '  most zones down at once:        0');
});

test('no ratio to a rollout that took no time, or longer', () => {
  assert.match(summaryLines({ ...SUMMARY, tookMs: 0 }).at(-1) ?? '', /1h 29m$/);
  assert.match(summaryLines({ ...SUMMARY, tookMs: 6_000_000 }).at(-1) ?? '', /1h 29m$/);
});
