import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { gateOf } from '../../../../../plugin/sandbox/balancer/controller/bindings.ts';
import { conditionFor } from '../../../../../plugin/sandbox/balancer/controller/condition.ts';
import { endpointsOf } from '../../../../../plugin/sandbox/balancer/controller/endpoints.ts';
import { gatePatch } from '../../../../../plugin/sandbox/balancer/controller/webhook.ts';
import { binding, type PodShape, pod, target } from './builders.ts';

const BINDING = binding();
const GATE = gateOf(BINDING);
const NOW_MS = Date.UTC(2026, 0, 1, 12);

function condition(shape: PodShape, ...targets: ReturnType<typeof target>[]) {
  const [endpoint] = endpointsOf(BINDING, [pod(shape)]);
  assert.ok(endpoint);
  return conditionFor(endpoint, GATE, targets, NOW_MS);
}

describe('the condition of a readiness gate', () => {
  it('is false while the target is being registered', () => {
    assert.deepEqual(condition({ gates: [GATE] }), {
      type: GATE,
      status: 'False',
      reason: 'Elb.RegistrationInProgress',
      message: 'Target registration is in progress',
      lastTransitionTime: '2026-01-01T12:00:00Z',
    });
  });

  it('is true when the target is healthy, and then need not be written again', () => {
    const healthy = target('10.1.0.1', 'healthy');
    assert.equal(condition({ gates: [GATE] }, healthy)?.status, 'True');
    const written = { ContainersReady: 'True', [GATE]: 'True' };
    assert.equal(condition({ gates: [GATE], conditions: written }, healthy), undefined);
  });

  it('is false again when the target is not healthy any more', () => {
    const written = { ContainersReady: 'True', [GATE]: 'True' };
    const found = condition({ gates: [GATE], conditions: written }, target('10.1.0.1', 'unhealthy'));
    assert.equal(found?.status, 'False');
  });

  it('is not written to a pod without the gate', () => {
    assert.equal(condition({}, target('10.1.0.1', 'healthy')), undefined);
  });
});

describe('the patch of a new pod', () => {
  const labels = { app: 'web' };

  it('adds the gate of each target group that the pod will be in', () => {
    const patch = gatePatch('shop', { metadata: { labels }, spec: { readinessGates: [] } }, [BINDING]);
    assert.deepEqual(patch, [{ op: 'add', path: '/spec/readinessGates', value: [{ conditionType: GATE }] }]);
  });

  it('keeps other gates, and adds none twice', () => {
    const other = { conditionType: 'other' };
    const [op] = gatePatch('shop', { metadata: { labels }, spec: { readinessGates: [other] } }, [BINDING]);
    assert.deepEqual(op, {
      op: 'add',
      path: '/spec/readinessGates',
      value: [other, { conditionType: GATE }],
    });
    const has = { metadata: { labels }, spec: { readinessGates: [{ conditionType: GATE }] } };
    assert.deepEqual(gatePatch('shop', has, [BINDING]), []);
  });

  it('is empty for a pod of nobody', () => {
    const stranger = { metadata: { labels: {} }, spec: { readinessGates: [] } };
    assert.deepEqual(gatePatch('shop', stranger, [BINDING]), []);
  });
});
