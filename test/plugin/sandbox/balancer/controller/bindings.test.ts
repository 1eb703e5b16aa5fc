import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  bindingsOf,
  gateOf,
  selectsPod,
} from '../../../../../plugin/sandbox/balancer/controller/bindings.ts';
import { ingress, service, TARGET_TYPE } from './builders.ts';

const ATTRIBUTES = 'alb.ingress.kubernetes.io/target-group-attributes';

describe('the target groups of Ingresses', () => {
  it('have the defaults of AWS and of the controller', () => {
    const [found, ...others] = bindingsOf([ingress()], [service(), service('other')], []);
    assert.deepEqual(others, []);
    assert.deepEqual(found?.settings, {
      healthCheck: {
        path: '/',
        intervalMs: 15_000,
        timeoutMs: 5_000,
        thresholds: { healthy: 2, unhealthy: 2 },
      },
      deregistrationDelayMs: 300_000,
    });
    assert.deepEqual([found?.selector, found?.targetPort], [{ app: 'web' }, 8080]);
  });

  it('take what annotations say, those of the Service first', () => {
    const annotated = ingress({
      [TARGET_TYPE]: 'ip',
      [ATTRIBUTES]: 'slow_start.duration_seconds=30,deregistration_delay.timeout_seconds=20',
      'alb.ingress.kubernetes.io/healthcheck-interval-seconds': '10',
      'alb.ingress.kubernetes.io/healthcheck-path': '/ready',
    });
    const [found] = bindingsOf([annotated], [service()], []);
    assert.equal(found?.settings.deregistrationDelayMs, 20_000);
    assert.deepEqual(
      [found?.settings.healthCheck.intervalMs, found?.settings.healthCheck.path],
      [10_000, '/ready'],
    );
    const own = service('web', { [ATTRIBUTES]: 'deregistration_delay.timeout_seconds=7' });
    assert.equal(bindingsOf([annotated], [own], [])[0]?.settings.deregistrationDelayMs, 7_000);
  });

  it('are none for other classes and for targets that are nodes', () => {
    assert.deepEqual(bindingsOf([ingress({ [TARGET_TYPE]: 'instance' })], [service()], []), []);
    assert.deepEqual(bindingsOf([ingress({})], [service()], []), []);
    assert.deepEqual(bindingsOf([ingress(undefined, 'nginx')], [service()], []), []);
  });

  it('give the readiness gate its name', () => {
    const [found] = bindingsOf([ingress()], [service()], []);
    assert.ok(found);
    assert.match(gateOf(found), /^target-health\.elbv2\.k8s\.aws\/k8s-shop-web-[0-9a-f]{10}$/);
  });

  it('select pods of their namespace by all labels', () => {
    const [found] = bindingsOf([ingress()], [service()], []);
    assert.ok(found);
    assert.ok(selectsPod(found, 'shop', { app: 'web', tier: 'front' }));
    assert.ok(!selectsPod(found, 'shop', { tier: 'front' }));
    assert.ok(!selectsPod(found, 'default', { app: 'web' }));
    assert.ok(!selectsPod({ ...found, selector: {} }, 'shop', { app: 'web' }));
  });
});
