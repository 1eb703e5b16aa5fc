import assert from 'node:assert/strict';
import { test } from 'node:test';
import { figureLines, outcomeLines } from '../../../../plugin/views/narration/outcome.ts';

test('an end before the end is safe, and keeps the command that goes on', () => {
  const reason = 'asked to leave\nkubectl zone rollout sts/a';
  const headings = (['done', 'stopped', 'interrupted', 'failed'] as const).map((outcome) =>
    outcomeLines({ outcome, reason }),
  );
  assert.deepEqual(headings, [
    ['done: asked to leave', 'kubectl zone rollout sts/a'],
    ['stopped safely: asked to leave', 'kubectl zone rollout sts/a'],
    ['interrupted safely: asked to leave', 'kubectl zone rollout sts/a'],
    ['failed: asked to leave', 'kubectl zone rollout sts/a'],
  ]);
});

test('figures are aligned behind the longest name', () => {
  assert.deepEqual(
    figureLines([
      ['waves', '3'],
      ['time taken', '5s'],
    ]),
    ['  waves:       3', '  time taken:  5s'],
  );
});
