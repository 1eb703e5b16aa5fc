import { type Binding, bindingsOf } from '../../../../../plugin/sandbox/balancer/controller/bindings.ts';
import { readIngress, readService } from '../../../../../plugin/sandbox/balancer/controller/ingresses.ts';
import {
  type BackendPod,
  readBackendPod,
} from '../../../../../plugin/sandbox/balancer/controller/objects.ts';
import type { TargetHealth } from '../../../../../plugin/sandbox/balancer/target.ts';
import type { DescribedTarget } from '../../../../../plugin/sandbox/balancer/target-group.ts';

export const TARGET_TYPE = 'alb.ingress.kubernetes.io/target-type';

export function ingress(annotations: object = { [TARGET_TYPE]: 'ip' }, ingressClassName = 'alb') {
  return readIngress({
    metadata: { name: 'front', namespace: 'shop', annotations },
    spec: { ingressClassName, defaultBackend: { service: { name: 'web' } } },
  });
}

export function service(name = 'web', annotations: object = {}, targetPort: number | string = 8080) {
  return readService({
    metadata: { name, namespace: 'shop', annotations },
    spec: { selector: { app: 'web' }, ports: [{ port: 80, targetPort }] },
  });
}

/** The one target group of the Ingress and the Service above. */
export function binding(targetPort?: number | string): Binding {
  const [only] = bindingsOf([ingress()], [service('web', {}, targetPort)], []);
  if (!only) throw new TypeError('no target group');
  return only;
}

export interface PodShape {
  name?: string;
  ip?: string;
  conditions?: Readonly<Record<string, string>>;
  gates?: readonly string[];
  labels?: object;
  metadata?: object;
}

/** Ready for traffic unless told otherwise. */
export function pod({
  name = 'web-1',
  ip = '10.1.0.1',
  conditions = { ContainersReady: 'True' },
  gates = [],
  labels = { app: 'web' },
  metadata = {},
}: PodShape = {}): BackendPod {
  return readBackendPod({
    metadata: { name, namespace: 'shop', labels, ...metadata },
    spec: {
      readinessGates: gates.map((conditionType) => ({ conditionType })),
      containers: [{ ports: [{ name: 'http', containerPort: 9000 }] }],
    },
    status: { podIP: ip, conditions: Object.entries(conditions).map(([type, status]) => ({ type, status })) },
  });
}

export function target(podIP: string, state: TargetHealth['state'], port = 8080): DescribedTarget {
  return { podIP, port, health: { state, reason: undefined, description: '' } };
}
