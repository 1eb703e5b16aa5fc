import { NLB, wholeNumber } from '../annotations.ts';
import { keyed } from '../finding.ts';
import type { TargetGroupBinding } from '../objects/ingress.ts';
import type { Service } from '../objects/service.ts';
import { deregistrationOf, type Target } from './target.ts';

/** The class of Services that the AWS Load Balancer Controller manages. */
const CLASS = 'service.k8s.aws/nlb';

/** From the annotations' documentation. */
const DEFAULT_INTERVAL_SECONDS = 10;
const DEFAULT_UNHEALTHY_THRESHOLD = 3;

/**
 * Whether the AWS Load Balancer Controller creates a Network Load Balancer for the Service. A Service of type LoadBalancer
 * with neither setting belongs to the cloud provider of the cluster.
 */
export function isNetworkLoadBalancer({ metadata, spec }: Service): boolean {
  const type = metadata.annotations[NLB.type];
  return (
    spec.type === 'LoadBalancer' &&
    (spec.loadBalancerClass === CLASS || type === 'external' || type === 'nlb-ip')
  );
}

/** The target group of a Service of type LoadBalancer. */
export function serviceTarget(service: Service, binding: TargetGroupBinding | undefined): Target {
  const { annotations, namespace, name } = service.metadata;
  const by = { apiVersion: 'v1', kind: 'Service', namespace, name };
  const legacyIp = annotations[NLB.type] === 'nlb-ip';
  const type = binding?.spec.targetType ?? (legacyIp ? 'ip' : annotations[NLB.targetType]);
  const interval = wholeNumber(annotations[NLB.interval]) ?? DEFAULT_INTERVAL_SECONDS;
  const threshold = wholeNumber(annotations[NLB.threshold]) ?? DEFAULT_UNHEALTHY_THRESHOLD;
  return {
    type: type === 'ip' || type === 'nlb-ip' ? 'ip' : 'instance',
    by,
    typeField: keyed('annotations', legacyIp ? NLB.type : NLB.targetType),
    service,
    deregistration: deregistrationOf(by, NLB.attributes, annotations[NLB.attributes]),
    healthCheck: { failsAfterSeconds: interval * threshold },
  };
}
