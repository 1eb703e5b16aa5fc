import type { Pod } from './kube/objects.ts';

/**
 * Since when the pod is Ready, ms since the epoch; undefined while it is not. Ready includes the readiness gates
 * (https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-readiness-gate), so they are not read again.
 */
export function readySinceMs(pod: Pod): number | undefined {
  if (pod.status.phase !== 'Running') return undefined;
  const ready = pod.status.conditions.find((condition) => condition.type === 'Ready');
  if (ready?.status !== 'True') return undefined;
  return ready.lastTransitionTimeMs ?? pod.metadata.creationTimestampMs ?? 0;
}

/** How long the pod took from its creation until it was Ready; undefined while it is not. */
export function startupMs(pod: Pod): number | undefined {
  const readyMs = readySinceMs(pod);
  const createdMs = pod.metadata.creationTimestampMs;
  return readyMs === undefined || createdMs === undefined ? undefined : Math.max(0, readyMs - createdMs);
}

/** In a few words, why a pod is not Ready; undefined for one that is. */
export function podProblem(pod: Pod): string | undefined {
  if (readySinceMs(pod) !== undefined) return undefined;
  const condition = (type: string) => pod.status.conditions.find((each) => each.type === type);

  const scheduled = condition('PodScheduled');
  if (scheduled?.status === 'False') return `${scheduled.reason || 'Unschedulable'}: ${scheduled.message}`;
  for (const container of pod.status.containerStatuses) {
    if (container.ready) continue;
    if (container.waiting && container.waiting.reason !== 'ContainerCreating')
      return container.waiting.reason;
    if (container.terminated) return container.terminated.reason || 'terminated';
  }
  if (pod.status.reason) return pod.status.reason;
  if (condition('ContainersReady')?.status === 'True') {
    const closed = closedGates(pod);
    if (closed.length > 0) return closed.join('; ');
  }
  return pod.status.phase === 'Running'
    ? 'not ready'
    : pod.status.phase === 'Pending'
      ? 'starting'
      : pod.status.phase;
}

/**
 * Each readiness gate that is not True, in the words of the controller that sets its condition: the AWS Load Balancer
 * Controller gives the target's state as the reason, such as Target.RegistrationInProgress
 * (https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/deploy/pod_readiness_gate/).
 */
function closedGates({ spec, status }: Pod): string[] {
  return spec.readinessGates.flatMap((gate) => {
    const found = status.conditions.find(({ type }) => type === gate);
    if (!found) return [`readiness gate ${gate} is not set yet`];
    if (found.status === 'True') return [];
    const why = [found.reason, found.message].filter((word) => word !== '').join(': ');
    return [`readiness gate ${gate} is ${found.status}${why === '' ? '' : `: ${why}`}`];
  });
}
