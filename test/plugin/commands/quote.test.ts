import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { commandLineOf } from '../../../plugin/cli/quote.ts';

describe('command line', () => {
  it('quotes words that a shell would split or expand', () => {
    assert.equal(
      commandLineOf(['rollout', 'sts/web', '-l', "app in (a, 'b')"]),
      "kubectl zone rollout sts/web -l 'app in (a, '\\''b'\\'')'",
    );
  });

  it('removes the user and the password from URLs', () => {
    for (const [word, shown] of [
      ['--probe=https://ann:se@cret@example.com/shop', '--probe=https://***@example.com/shop'],
      ['HTTP://token@[::1]:8080/', 'HTTP://***@[::1]:8080/'],
    ] as const) {
      assert.equal(commandLineOf([word]), `kubectl zone '${shown}'`);
    }
    for (const word of ['https://example.com/@ann', 'https://example.com/?to=a@b', 'app@sha256:0']) {
      assert.ok(commandLineOf([word]).includes(word), word);
    }
  });
});
