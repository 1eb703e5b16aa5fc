import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  afterCheck,
  CHECKING,
  type CheckedHealth,
  type CheckResult,
  eligible,
  REGISTERING,
} from '../../../../plugin/sandbox/balancer/target.ts';
import fc from '../../../helpers/seed.ts';

const LIMITS = { healthy: 3, unhealthy: 2 };

function after(...results: CheckResult[]): CheckedHealth {
  return results.reduce((health, result) => afterCheck(health, result, LIMITS), CHECKING);
}

describe('the health of a target', () => {
  it('is healthy after the first check that passes', () => {
    assert.deepEqual(after('passed'), {
      state: 'healthy',
      reason: undefined,
      description: '',
      passes: 1,
      failures: 0,
    });
    assert.equal(after('failed', 'passed').state, 'healthy');
  });

  it('is given up after as many failures in a row as the threshold says', () => {
    assert.equal(after('passed', 'failed').state, 'healthy');
    assert.equal(after('passed', 'failed', 'passed', 'failed').state, 'healthy');
    assert.equal(after('passed', 'failed', 'failed').state, 'unhealthy');
    assert.equal(after('failed').reason, 'Elb.InitialHealthChecking');
    assert.equal(after('failed', 'failed').state, 'unhealthy');
  });

  it('says how the last check failed', () => {
    assert.equal(after('failed', 'timeout').reason, 'Target.Timeout');
    assert.equal(after('timeout', 'failed').reason, 'Target.FailedHealthChecks');
    assert.equal(after('timeout', 'failed', 'mismatch').reason, 'Target.ResponseCodeMismatch');
  });

  it('comes back after as many passes in a row as the threshold says', () => {
    assert.equal(after('failed', 'failed', 'passed', 'passed').state, 'unhealthy');
    assert.equal(after('failed', 'failed', 'passed', 'passed', 'passed').state, 'healthy');
  });

  it('depends on nothing but the last checks', () => {
    const result = fc.constantFrom<CheckResult>('passed', 'failed', 'timeout', 'mismatch');
    fc.assert(
      fc.property(fc.array(result), (before) => {
        assert.equal(after(...before, 'failed', 'timeout').state, 'unhealthy');
        assert.equal(after(...before, 'passed', 'passed', 'passed').state, 'healthy');
      }),
    );
  });
});

describe('the targets that get requests', () => {
  const healthy = after('passed');
  const target = (name: string, checked: CheckedHealth, inService = true) => ({
    name,
    checked,
    health: checked,
    inService,
  });
  const names = (...targets: ReturnType<typeof target>[]) => eligible(targets).map(({ name }) => name);

  it('are the healthy ones that the nodes know', () => {
    assert.deepEqual(names(target('a', healthy), target('b', CHECKING), target('c', healthy, false)), ['a']);
  });

  it('are all that the nodes know when none is healthy', () => {
    const unhealthy = after('failed', 'failed');
    assert.deepEqual(names(target('a', unhealthy), target('b', CHECKING), target('c', REGISTERING, false)), [
      'a',
      'b',
    ]);
    assert.deepEqual(names(target('c', REGISTERING, false)), []);
  });
});
