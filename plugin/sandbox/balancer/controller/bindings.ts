/** Which target groups Ingresses require. */
import { createHash } from 'node:crypto';
import type { TargetGroupSettings } from '../settings.ts';
import {
  ANNOTATION_PREFIX,
  backendsOf,
  GATE_PREFIX,
  type Ingress,
  type IngressClass,
  type Service,
} from './ingresses.ts';

/** A target group of an Ingress, and the pods to register in it. */
export interface Binding {
  /** Named like the controller's TargetGroupBindings. */
  name: string;
  namespace: string;
  /** Name of the Ingress whose load balancer uses it. */
  ingress: string;
  selector: Readonly<Record<string, string>>;
  /** Number or name of a port of the pods. */
  targetPort: number | string;
  settings: TargetGroupSettings;
}

/** From the annotations' documentation, and AWS's for the delay. */
const DEFAULTS = {
  intervalS: 15,
  timeoutS: 5,
  healthyThreshold: 2,
  unhealthyThreshold: 2,
  deregistrationDelayS: 300,
};

/**
 * The target groups of all Ingresses of class `alb` with target type `ip`, one for each Service behind them.
 * https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/ingress/annotations/
 */
export function bindingsOf(
  ingresses: Iterable<Ingress>,
  services: Iterable<Service>,
  classes: readonly IngressClass[],
): Binding[] {
  const all = [...services];
  return [...ingresses].flatMap((ingress) => {
    const backends = backendsOf(ingress, classes);
    return all
      .filter(({ metadata }) => metadata.namespace === ingress.metadata.namespace)
      .filter(({ metadata }) => backends.has(metadata.name))
      .flatMap((service) => bindingOf(ingress, service));
  });
}

/** The pod condition set by the controller, and the readiness gate for it. */
export function gateOf({ name }: Pick<Binding, 'name'>): string {
  return `${GATE_PREFIX}${name}`;
}

export function selectsPod(
  { namespace, selector }: Binding,
  podNamespace: string,
  labels: Readonly<Record<string, string>>,
): boolean {
  const wanted = Object.entries(selector);
  const selected = wanted.length > 0 && wanted.every(([label, value]) => labels[label] === value);
  return selected && namespace === podNamespace;
}

function bindingOf(ingress: Ingress, service: Service): Binding | [] {
  const annotations = { ...ingress.metadata.annotations, ...service.metadata.annotations };
  const [port] = service.spec.ports;
  if (annotations[`${ANNOTATION_PREFIX}target-type`] !== 'ip' || !port) return [];
  const { namespace, name } = service.metadata;
  return {
    name: bindingName(namespace, name, ingress.metadata.name),
    namespace,
    ingress: ingress.metadata.name,
    selector: service.spec.selector,
    targetPort: port.targetPort ?? port.port,
    settings: settingsOf(annotations),
  };
}

function settingsOf(annotations: Readonly<Record<string, string>>): TargetGroupSettings {
  const number = (name: string, otherwise: number) =>
    wholeNumber(annotations[ANNOTATION_PREFIX + name]) ?? otherwise;
  const attributes = annotations[`${ANNOTATION_PREFIX}target-group-attributes`] ?? '';
  const delayS = wholeNumber(
    /(?:^|,)\s*deregistration_delay\.timeout_seconds\s*=([^,]*)/.exec(attributes)?.[1],
  );
  return {
    healthCheck: {
      path: annotations[`${ANNOTATION_PREFIX}healthcheck-path`] ?? '/',
      intervalMs: number('healthcheck-interval-seconds', DEFAULTS.intervalS) * 1000,
      timeoutMs: number('healthcheck-timeout-seconds', DEFAULTS.timeoutS) * 1000,
      thresholds: {
        healthy: number('healthy-threshold-count', DEFAULTS.healthyThreshold),
        unhealthy: number('unhealthy-threshold-count', DEFAULTS.unhealthyThreshold),
      },
    },
    deregistrationDelayMs: (delayS ?? DEFAULTS.deregistrationDelayS) * 1000,
  };
}

/** `k8s-default-web-0123456789`: parts of the names, and a hash that makes it unique. */
function bindingName(namespace: string, service: string, ingress: string): string {
  const part = (text: string) => text.replace(/[^a-z0-9]/g, '').slice(0, 8);
  const hash = createHash('sha256')
    .update([namespace, service, ingress].join('/'))
    .digest('hex')
    .slice(0, 10);
  return `k8s-${part(namespace)}-${part(service)}-${hash}`;
}

function wholeNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^\d+$/.test(text.trim()) ? Number(text) : undefined;
}
