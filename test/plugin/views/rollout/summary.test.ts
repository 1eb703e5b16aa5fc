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
    '  time taken:                    6m 12s',
    '  waves:                         12',
    '  pods replaced:                 36',
    '  most pods down at once:        12',
    '  most pods leaving at once:     2',
    '  zones ever down together:      0',
    '  one pod at a time would take:  1h 29m, 14.5 times as long',
  ]);
});

test('nothing is compared when no pod was replaced', () => {
  const lines = summaryLines({ ...SUMMARY, podsReplaced: 0, oneAtATimeMs: undefined });
  assert.equal(lines.at(-1), '  zones ever down together:   0');
});

test('no ratio to a rollout that took no time, or longer', () => {
  assert.match(summaryLines({ ...SUMMARY, tookMs: 0 }).at(-1) ?? '', /1h 29m$/);
  assert.match(summaryLines({ ...SUMMARY, tookMs: 6_000_000 }).at(-1) ?? '', /1h 29m$/);
});
