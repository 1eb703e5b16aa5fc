import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  readIngress,
  readIngressClass,
  readTargetGroupBinding,
} from '../../../../plugin/check/decide/objects/ingress.ts';
import { readService } from '../../../../plugin/check/decide/objects/service.ts';
import { targetsOf } from '../../../../plugin/check/decide/targets.ts';

type Annotations = Record<string, string>;

const TYPE = 'alb.ingress.kubernetes.io/target-type';
const ATTRIBUTES = 'alb.ingress.kubernetes.io/target-group-attributes';

const service = (annotations: Annotations = {}, spec: Record<string, unknown> = {}) =>
  readService({ metadata: { name: 'web', namespace: 'shop', annotations }, spec });
const ingress = (annotations: Annotations = {}, spec: Record<string, unknown> = {}) =>
  readIngress({
    metadata: { name: 'front', namespace: 'shop', annotations },
    spec: { ingressClassName: 'alb', defaultBackend: { service: { name: 'web' } }, ...spec },
  });
const ingressClass = (name: string, controller: string, annotations: Annotations = {}) =>
  readIngressClass({ metadata: { name, annotations }, spec: { controller } });
const binding = (name: string, targetType: string | undefined, labels: Record<string, string> = {}) =>
  readTargetGroupBinding({
    metadata: { name, namespace: 'shop', labels },
    spec: { serviceRef: { name: 'web' }, ...(targetType && { targetType }) },
  });

function targets(routes: Partial<Parameters<typeof targetsOf>[0]>) {
  const all = { services: [service()], ingresses: [], classes: [], bindings: [], ...routes };
  return targetsOf(all).map(({ type, by, deregistration, healthCheck }) => ({
    by: `${by.kind}/${by.name}`,
    type,
    delay: deregistration?.seconds,
    failsAfter: healthCheck?.failsAfterSeconds,
  }));
}

describe('target groups of an Ingress', () => {
  it('contain nodes, with the delay of AWS, by default', () => {
    assert.deepEqual(targets({ ingresses: [ingress()] }), [
      { by: 'Ingress/front', type: 'instance', delay: 300, failsAfter: 30 },
    ]);
  });

  it('use the annotations of the Service before those of the Ingress', () => {
    const annotated = ingress({
      [TYPE]: 'instance',
      [ATTRIBUTES]: 'deregistration_delay.timeout_seconds=20',
      'alb.ingress.kubernetes.io/healthcheck-interval-seconds': '10',
    });
    const own = service({
      [TYPE]: 'ip',
      [ATTRIBUTES]: 'stickiness.enabled=true, deregistration_delay.timeout_seconds=60',
    });
    assert.deepEqual(targets({ services: [own], ingresses: [annotated] }), [
      { by: 'Ingress/front', type: 'ip', delay: 60, failsAfter: 20 },
    ]);
  });

  it('do not exist for an Ingress of another controller, or to another Service', () => {
    const classes = [ingressClass('alb', 'k8s.io/ingress-nginx')];
    assert.deepEqual(targets({ ingresses: [ingress()], classes }), []);
    const other = ingress({}, { defaultBackend: { service: { name: 'other' } } });
    assert.deepEqual(targets({ ingresses: [other] }), []);
    const unknown = ingress({}, { ingressClassName: 'nginx' });
    assert.deepEqual(targets({ ingresses: [unknown] }), []);
  });

  it('are recognised by the default class, and by the old annotation', () => {
    const none = ingress({}, { ingressClassName: null });
    assert.deepEqual(targets({ ingresses: [none] }), []);
    const asDefault = { 'ingressclass.kubernetes.io/is-default-class': 'true' };
    const classes = [ingressClass('any', 'ingress.k8s.aws/alb', asDefault)];
    assert.equal(targets({ ingresses: [none], classes }).length, 1);
    const old = ingress({ 'kubernetes.io/ingress.class': 'alb' }, { ingressClassName: null });
    assert.equal(targets({ ingresses: [old] }).length, 1);
    const nginx = ingress({ 'kubernetes.io/ingress.class': 'nginx' }, { ingressClassName: null });
    assert.deepEqual(targets({ ingresses: [nginx], classes }), []);
  });

  it('are found through the actions of annotations', () => {
    const forward = JSON.stringify({
      type: 'forward',
      forwardConfig: { targetGroups: [{ serviceName: 'web', servicePort: 80 }] },
    });
    const key = 'alb.ingress.kubernetes.io/actions.split';
    const found = (value: string) =>
      targets({ ingresses: [ingress({ [key]: value }, { defaultBackend: null })] });
    assert.equal(found(forward).length, 1);
    assert.deepEqual(found('{"type":"redirect"}'), []);
    assert.deepEqual(found('no JSON'), []);
  });
});

describe('target groups of a Service', () => {
  const nlb = 'service.beta.kubernetes.io/aws-load-balancer';

  it('are those of the AWS Load Balancer Controller only', () => {
    const annotated = { [`${nlb}-nlb-target-type`]: 'ip' };
    assert.deepEqual(targets({ services: [service(annotated, { type: 'LoadBalancer' })] }), []);
    const own = service(annotated, { type: 'LoadBalancer', loadBalancerClass: 'service.k8s.aws/nlb' });
    assert.deepEqual(targets({ services: [own] }), [
      { by: 'Service/web', type: 'ip', delay: 300, failsAfter: 30 },
    ]);
  });

  it('contain pods with the old type nlb-ip, and nodes by default', () => {
    const typeOf = (annotations: Annotations) =>
      targets({ services: [service(annotations, { type: 'LoadBalancer' })] })[0]?.type;
    assert.equal(typeOf({ [`${nlb}-type`]: 'nlb-ip' }), 'ip');
    assert.equal(typeOf({ [`${nlb}-type`]: 'external' }), 'instance');
    assert.equal(typeOf({ [`${nlb}-type`]: 'nlb' }), undefined);
  });
});

describe('TargetGroupBindings', () => {
  it('have the type of the object for which the controller created them', () => {
    const made = binding('k8s-shop-web', 'ip', { 'ingress.k8s.aws/stack-name': 'front' });
    assert.deepEqual(targets({ ingresses: [ingress()], bindings: [made] }), [
      { by: 'Ingress/front', type: 'ip', delay: 300, failsAfter: 30 },
    ]);
    const group = binding('k8s-shop-web', 'ip', { 'ingress.k8s.aws/stack': 'group' });
    assert.equal(targets({ ingresses: [ingress()], bindings: [group] })[0]?.type, 'ip');
  });

  it('are otherwise separate target groups, whose delay is known only to AWS', () => {
    const unknown = { delay: undefined, failsAfter: undefined };
    const byHand = [binding('hand', 'instance')];
    assert.deepEqual(targets({ bindings: byHand }), [
      { by: 'TargetGroupBinding/hand', type: 'instance', ...unknown },
    ]);
    const gateway = binding('gateway', 'ip', { 'gateway.k8s.aws.alb/stack-name': 'front' });
    assert.deepEqual(targets({ ingresses: [ingress()], bindings: [gateway] }), [
      { by: 'Ingress/front', type: 'instance', delay: 300, failsAfter: 30 },
      { by: 'TargetGroupBinding/gateway', type: 'ip', ...unknown },
    ]);
    assert.deepEqual(targets({ bindings: [binding('manifest', undefined)] }), []);
    const other = readTargetGroupBinding({
      metadata: { name: 'other', namespace: 'shop' },
      spec: { serviceRef: { name: 'other' }, targetType: 'ip' },
    });
    assert.deepEqual(targets({ bindings: [other] }), []);
  });
});
