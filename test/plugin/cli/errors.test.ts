import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { describeError, UsageError } from '../../../plugin/cli/errors.ts';
import { InterruptedError, UserError } from '../../../shared/errors.ts';
import { CredentialError } from '../../../shared/kube/credentials.ts';
import { ApiError, ConnectionError, KubeconfigError } from '../../../shared/kube/kube.ts';

describe('errors', () => {
  it('have an exit code each, and a stack only for bugs', () => {
    const cases: [unknown, number, RegExp, boolean][] = [
      [new UserError('no such thing', 'make one'), 1, /^no such thing$/, false],
      [new UsageError('what?'), 2, /^what\?$/, false],
      [new InterruptedError(), 130, /^interrupted; nothing was changed$/, false],
      [new ApiError({ code: 403, reason: 'Forbidden', message: 'no' }), 1, /answered 403: no/, false],
      [new ConnectionError('refused'), 1, /^refused$/, false],
      [new CredentialError('the plugin failed'), 1, /^the plugin failed$/, false],
      [new KubeconfigError('no context'), 1, /^no context$/, false],
      [new TypeError('undefined is not'), 1, /a bug in kubectl-zone/, true],
      ['thrown text', 1, /a bug in kubectl-zone/, true],
    ];
    for (const [error, exitCode, message, stack] of cases) {
      const report = describeError(error);
      assert.equal(report.exitCode, exitCode, String(error));
      assert.match(report.message, message);
      assert.equal(report.stack !== undefined, stack);
    }
  });
});
