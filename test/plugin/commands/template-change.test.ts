import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { withoutChange, withoutVerb } from '../../../plugin/commands/template-change.ts';

describe('the command that continues after a template change', () => {
  const CASES: readonly (readonly [words: string, left: string])[] = [
    ['rollout sts/x --restart --yes', 'rollout sts/x --yes'],
    ['rollout --image main=app:v2 sts/x --soak 5m', 'rollout sts/x --soak 5m'],
    ['rollout sts/x --image=main=app:v2 --image=log=log:v2', 'rollout sts/x'],
    ['rollout sts/x --undo --to-revision 3 -n there', 'rollout sts/x -n there'],
    ['rollout sts/x --undo --to-revision=3', 'rollout sts/x'],
    ['rollout sts/x --undo --toRevision 3', 'rollout sts/x'],
    ['rollout sts/x --restart=true', 'rollout sts/x'],
    ['rollout sts/x --no-restart', 'rollout sts/x'],
    ['rollout sts/undo --restore-strategy', 'rollout sts/undo --restore-strategy'],
  ];
  for (const [words, left] of CASES) {
    it(`of \`${words}\` is \`${left}\``, () => {
      assert.equal(withoutChange(words.split(' ')).join(' '), left);
    });
  }
});

describe('the command that continues after rollout undo or restart', () => {
  const CASES: readonly (readonly [words: string, left: string])[] = [
    ['rollout undo sts/x --yes', 'rollout sts/x --yes'],
    ['rollout -n undo undo sts/undo', 'rollout -n undo sts/undo'],
    ['rollout --yes undo sts/x', 'rollout --yes sts/x'],
    ['rollout undo sts undo', 'rollout sts undo'],
  ];
  for (const [words, left] of CASES) {
    it(`of \`${words}\` is \`${left}\``, () => {
      assert.equal(withoutVerb(words.split(' '), 'undo').join(' '), left);
    });
  }
});
