import type { Deployment, Pod } from '../../../shared/kube/objects.ts';
import type { DescribedTarget } from '../../sandbox/balancer/target-group.ts';

/** The observed state of a workload and its load balancer. */
export interface Sight {
  deployment: Deployment | undefined;
  pods: readonly Pod[];
  targets: readonly DescribedTarget[];
}

/**
 * Whether every pod has the newest template and serves, there are no others, and they are exactly the load balancer's
 * targets.
 */
export function isSettled({ deployment, pods, targets }: Sight): boolean {
  if (!deployment) return false;
  const { metadata, spec, status } = deployment;
  const staying = targets.filter(({ health }) => health.state !== 'draining');
  return (
    status.observedGeneration >= metadata.generation &&
    status.updatedReplicas === spec.replicas &&
    status.availableReplicas === spec.replicas &&
    pods.length === spec.replicas &&
    staying.length === spec.replicas &&
    staying.every(({ health }) => health.state === 'healthy')
  );
}
