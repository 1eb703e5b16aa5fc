import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type FinishedEvent, outcomeLines, summaryLines } from '../../../plugin/views/summary.ts';

const SUMMARY = {
  tookMs: 372_000,
  waves: 12,
  podsReplaced: 36,
  mostPodsDown: 12,
  zonesDownTogether: 0,
  oneAtATimeMs: 5_394_000,
};

test('the summary names the cost, and what one pod at a time would have cost', () => {
  assert.deepEqual(summaryLines(SUMMARY), [
    '  time taken:                    6m 12s',
    '  waves:                         12',
    '  pods replaced:                 36',
    '  most pods down at once:        12',
    '  zones ever down together:      0',
    '  one pod at a time would take:  1h 29m, 14.5 times as long',
  ]);
});

test('nothing is compared when no pod was replaced', () => {
  const lines = summaryLines({ ...SUMMARY, podsReplaced: 0, oneAtATimeMs: undefined });
  assert.equal(lines.at(-1), '  zones ever down together:  0');
});

test('no ratio to a rollout that took no time', () => {
  assert.match(summaryLines({ ...SUMMARY, tookMs: 0 }).at(-1) ?? '', /1h 29m$/);
});

test('an end before the end is safe, and keeps the command that goes on', () => {
  const event = {
    type: 'finished',
    atMs: 0,
    reason: 'asked to leave\nkubectl zone rollout sts/a',
    summary: SUMMARY,
  };
  const headings = (['done', 'stopped', 'interrupted', 'failed'] as const).map((outcome) =>
    outcomeLines({ ...event, outcome } as FinishedEvent),
  );
  assert.deepEqual(headings, [
    ['done: asked to leave', 'kubectl zone rollout sts/a'],
    ['stopped, and safe to leave: asked to leave', 'kubectl zone rollout sts/a'],
    ['interrupted, and safe to leave: asked to leave', 'kubectl zone rollout sts/a'],
    ['failed: asked to leave', 'kubectl zone rollout sts/a'],
  ]);
});
