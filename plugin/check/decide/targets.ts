/** The target groups of AWS load balancers that contain the pods of a workload, and their settings. */
import type { Ingress, IngressClass, TargetGroupBinding } from './objects/ingress.ts';
import type { Service } from './objects/service.ts';
import { ingressTarget, leadsTo } from './targets/ingress.ts';
import { isNetworkLoadBalancer, serviceTarget } from './targets/service.ts';
import type { Target } from './targets/target.ts';

/** Objects of the workload's namespace, and the classes of the cluster. */
export interface Routes {
  /** Those that select the workload's pods. */
  services: readonly Service[];
  ingresses: readonly Ingress[];
  classes: readonly IngressClass[];
  bindings: readonly TargetGroupBinding[];
}

/**
 * The target groups of each Service, in the order given. A TargetGroupBinding that the controller has created for an
 * Ingress or a Service has the effective type, wherever it was set.
 */
export function targetsOf({ services, ingresses, classes, bindings }: Routes): Target[] {
  return services.flatMap((service) => {
    const bound = bindings.filter(({ spec }) => spec.serviceRef.name === service.metadata.name);
    const madeFor = (owner: string) => bound.find(({ metadata }) => madeBy(metadata.labels) === owner);
    const albs = ingresses
      .filter((ingress) => leadsTo(ingress, service, classes))
      .map((ingress) => ingressTarget(ingress, service, madeFor('ingress.k8s.aws')));
    const nlbs = isNetworkLoadBalancer(service) ? [serviceTarget(service, madeFor('service.k8s.aws'))] : [];
    const covered = new Set([albs.length > 0 && 'ingress.k8s.aws', nlbs.length > 0 && 'service.k8s.aws']);
    const others = bound
      .filter(({ metadata }) => !covered.has(madeBy(metadata.labels) ?? 'nobody'))
      .flatMap((binding) => bindingTarget(binding, service));
    return [...albs, ...nlbs, ...others];
  });
}

/** The object for which the controller has created the binding, from the labels of its stacks; undefined for a manual one. */
function madeBy(labels: Readonly<Record<string, string>>): string | undefined {
  const key = Object.keys(labels).find((each) => /\/stack(-name)?$/.test(each));
  return key?.split('/')[0];
}

/** A manifest may leave the type to the controller's webhook; it is then unknown. */
function bindingTarget({ metadata, spec }: TargetGroupBinding, service: Service): Target | [] {
  const { targetType } = spec;
  if (targetType !== 'ip' && targetType !== 'instance') return [];
  return {
    type: targetType,
    by: {
      apiVersion: 'elbv2.k8s.aws/v1beta1',
      kind: 'TargetGroupBinding',
      namespace: metadata.namespace,
      name: metadata.name,
    },
    typeField: 'spec.targetType',
    service,
    deregistration: undefined,
    healthCheck: undefined,
  };
}
