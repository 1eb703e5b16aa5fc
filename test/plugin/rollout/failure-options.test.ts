import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { UsageError } from '../../../plugin/cli/errors.ts';
import { failureBudgetFrom } from '../../../plugin/rollout/failure-options.ts';

describe('the flags of the failure budget', () => {
  it('are none unless given, and bring each other along', () => {
    assert.equal(failureBudgetFrom({}), undefined);
    assert.deepEqual(failureBudgetFrom({ 'max-failed': '2' }), { maxFailed: 2, podTimeoutMs: 900_000 });
    assert.deepEqual(failureBudgetFrom({ 'pod-timeout': '40m' }), { maxFailed: 0, podTimeoutMs: 2_400_000 });
    assert.deepEqual(failureBudgetFrom({ 'max-failed': '0', 'pod-timeout': '90s' }), {
      maxFailed: 0,
      podTimeoutMs: 90_000,
    });
  });

  it('are refused by name', () => {
    const bad = [
      { 'max-failed': '10%' },
      { 'max-failed': '-1' },
      { 'max-failed': '' },
      { 'pod-timeout': '0' },
      { 'pod-timeout': 'soon' },
    ];
    for (const args of bad) {
      const [flag = ''] = Object.keys(args);
      assert.throws(
        () => failureBudgetFrom(args),
        (error) => error instanceof UsageError && error.message.startsWith(`--${flag}: `),
        JSON.stringify(args),
      );
    }
  });
});
