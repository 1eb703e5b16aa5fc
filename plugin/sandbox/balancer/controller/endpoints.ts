import type { DescribedTarget, TargetName } from '../target-group.ts';
import { type Binding, gateOf, selectsPod } from './bindings.ts';
import type { BackendPod } from './objects.ts';

/** A pod that belongs to a target group. */
export interface Endpoint extends TargetName {
  pod: BackendPod;
}

/**
 * The pods that receive traffic from a target group: ready except for its own readiness gate, and not terminating.
 * Waiting for that gate too would be a deadlock.
 * https://github.com/kubernetes-sigs/aws-load-balancer-controller/blob/main/pkg/backend/endpoint_resolver.go
 */
export function endpointsOf(binding: Binding, pods: Iterable<BackendPod>): Endpoint[] {
  return [...pods]
    .filter(({ metadata }) => selectsPod(binding, metadata.namespace, metadata.labels))
    .filter((pod) => pod.metadata.deletionTimestampMs === undefined && pod.status.podIP !== '')
    .filter((pod) => isReadyBut(pod, gateOf(binding)))
    .map((pod) => ({ pod, podIP: pod.status.podIP, port: portOf(pod, binding.targetPort) }));
}

/** The changes that make a target group contain exactly the endpoints. */
export function differences(
  endpoints: readonly Endpoint[],
  targets: readonly DescribedTarget[],
): { register: TargetName[]; deregister: TargetName[] } {
  const staying = targets.filter(({ health }) => health.state !== 'draining');
  const has = (names: readonly TargetName[], { podIP, port }: TargetName) =>
    names.some((each) => each.podIP === podIP && each.port === port);
  return {
    register: endpoints.filter((endpoint) => !has(staying, endpoint)),
    deregister: staying.filter((target) => !has(endpoints, target)),
  };
}

function isReadyBut({ spec, status }: BackendPod, gate: string): boolean {
  const holds = (type: string) =>
    status.conditions.some((condition) => condition.type === type && condition.status === 'True');
  const others = spec.readinessGates
    .map(({ conditionType }) => conditionType)
    .filter((each) => each !== gate);
  return holds('ContainersReady') && others.every(holds);
}

function portOf({ spec }: BackendPod, targetPort: number | string): number {
  if (typeof targetPort === 'number') return targetPort;
  const ports = spec.containers.flatMap((container) => container.ports);
  return ports.find(({ name }) => name === targetPort)?.containerPort ?? 0;
}
