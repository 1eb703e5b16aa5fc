import * as z from 'zod/mini';
import { parseJson } from '../../../../shared/parse-json.ts';
import { ALB, wholeNumber } from '../annotations.ts';
import { keyed } from '../finding.ts';
import type { Ingress, IngressClass, TargetGroupBinding } from '../objects/ingress.ts';
import type { Service } from '../objects/service.ts';
import { deregistrationOf, type Target } from './target.ts';

/** https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/ingress/ingress_class/ */
const CONTROLLER = 'ingress.k8s.aws/alb';
const CLASS_ANNOTATION = 'kubernetes.io/ingress.class';
const DEFAULT_CLASS_ANNOTATION = 'ingressclass.kubernetes.io/is-default-class';

/** From the annotations' documentation. */
const DEFAULT_INTERVAL_SECONDS = 15;
const DEFAULT_UNHEALTHY_THRESHOLD = 2;

/** Whether an Application Load Balancer sends requests to the Service because of this Ingress. */
export function leadsTo(ingress: Ingress, service: Service, classes: readonly IngressClass[]): boolean {
  return isAlb(ingress, classes) && backends(ingress).has(service.metadata.name);
}

/** The target group of a Service behind an Ingress. Annotations of the Service take precedence over the Ingress's. */
export function ingressTarget(
  { metadata }: Ingress,
  service: Service,
  binding: TargetGroupBinding | undefined,
): Target {
  const ingressName = {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    namespace: metadata.namespace,
    name: metadata.name,
  };
  const serviceName = { ...ingressName, apiVersion: 'v1', kind: 'Service', name: service.metadata.name };
  const annotations = { ...metadata.annotations, ...service.metadata.annotations };
  const at = ALB.attributes in service.metadata.annotations ? serviceName : ingressName;
  const type = binding?.spec.targetType ?? annotations[ALB.targetType];
  const interval = wholeNumber(annotations[ALB.interval]) ?? DEFAULT_INTERVAL_SECONDS;
  const threshold = wholeNumber(annotations[ALB.threshold]) ?? DEFAULT_UNHEALTHY_THRESHOLD;
  return {
    type: type === 'ip' ? 'ip' : 'instance',
    by: ingressName,
    typeField: keyed('annotations', ALB.targetType),
    service,
    deregistration: deregistrationOf(at, ALB.attributes, annotations[ALB.attributes]),
    healthCheck: { failsAfterSeconds: interval * threshold },
  };
}

/** An unknown class is recognised by its name in the controller's manifests. */
function isAlb({ metadata, spec }: Ingress, classes: readonly IngressClass[]): boolean {
  const annotated = metadata.annotations[CLASS_ANNOTATION];
  if (annotated !== undefined) return annotated === 'alb';
  const byName = spec.ingressClassName ?? undefined;
  const found =
    byName === undefined
      ? classes.find(({ metadata: { annotations } }) => annotations[DEFAULT_CLASS_ANNOTATION] === 'true')
      : classes.find((each) => each.metadata.name === byName);
  return found ? found.spec.controller === CONTROLLER : byName === 'alb';
}

/** Names of the Services in the rules, the default backend and the actions of annotations. */
function backends({ metadata, spec }: Ingress): ReadonlySet<string> {
  const paths = (spec.rules ?? []).flatMap(({ http }) => http?.paths ?? []);
  const named = [spec.defaultBackend, ...paths.map(({ backend }) => backend)].flatMap(
    (backend) => backend?.service?.name ?? [],
  );
  const actions = Object.entries(metadata.annotations)
    .filter(([key]) => key.startsWith(ALB.actionPrefix))
    .flatMap(([, value]) => servicesOfAction(value));
  return new Set([...named, ...actions]);
}

const Action = z.object({
  forwardConfig: z.nullish(
    z.object({ targetGroups: z._default(z.array(z.object({ serviceName: z.nullish(z.string()) })), []) }),
  ),
});

/** An invalid action has no target: the controller refuses it too. */
function servicesOfAction(json: string): readonly string[] {
  const targetGroups = parseJson(Action, json)?.forwardConfig?.targetGroups ?? [];
  return targetGroups.flatMap(({ serviceName }) => serviceName ?? []);
}
