import type { ContainerStatus, Pod } from './objects.ts';

/**
 * Since when the pod is Ready, in epoch ms; undefined while it is not. Ready includes the readiness gates
 * (https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-readiness-gate), so they are not
 * checked separately.
 */
export function readySinceMs(pod: Pod): number | undefined {
  if (pod.status.phase !== 'Running') return undefined;
  const ready = pod.status.conditions.find((condition) => condition.type === 'Ready');
  if (ready?.status !== 'True') return undefined;
  return ready.lastTransitionTimeMs ?? pod.metadata.creationTimestampMs ?? 0;
}

/** Time from the pod's creation until it was Ready; undefined while it is not. */
export function startupMs(pod: Pod): number | undefined {
  const readyMs = readySinceMs(pod);
  const createdMs = pod.metadata.creationTimestampMs;
  return readyMs === undefined || createdMs === undefined ? undefined : Math.max(0, readyMs - createdMs);
}

/** Waiting reasons of a normal start. */
export const ORDINARY_WAITS: ReadonlySet<string> = new Set(['ContainerCreating', 'PodInitializing']);

/** Whether the container has ever run, so that it has a log. */
export function hasRun({ waiting, restartCount, lastEnd }: ContainerStatus): boolean {
  return waiting === undefined || restartCount > 0 || lastEnd !== undefined;
}

/** Whether an init container or sidecar no longer blocks the following ones. */
function hasInitialized({ kind, ready, started, terminated }: ContainerStatus): boolean {
  if (kind === 'sidecar') return started || ready;
  return ready || terminated?.exitCode === 0;
}

/**
 * Progress of the init containers as `kubectl get pods` prints it: `Init:CrashLoopBackOff`, `Init:Error`,
 * `Init:0/2`. Undefined once they have completed.
 */
function initProblem({ spec, status }: Pod): string | undefined {
  const inits = status.containerStatuses.filter(({ kind }) => kind === 'init' || kind === 'sidecar');
  const current = inits.find((container) => !hasInitialized(container));
  // A sidecar that restarts while the main containers run is reported with them.
  const initialized = status.conditions.find(({ type }) => type === 'Initialized')?.status === 'True';
  if (!current || initialized) return undefined;
  const { waiting, terminated } = current;
  if (terminated) return `Init:${terminated.reason || 'terminated'}`;
  if (waiting && !ORDINARY_WAITS.has(waiting.reason)) return `Init:${waiting.reason || 'waiting'}`;
  if (status.phase !== 'Pending' || spec.nodeName === undefined) return undefined;
  return `Init:${inits.filter(hasInitialized).length}/${inits.length}`;
}

/** Why a pod is not Ready, in a few words; undefined if it is. */
export function podProblem(pod: Pod): string | undefined {
  if (readySinceMs(pod) !== undefined) return undefined;
  const condition = (type: string) => pod.status.conditions.find((each) => each.type === type);

  const scheduled = condition('PodScheduled');
  if (scheduled?.status === 'False') return `${scheduled.reason || 'Unschedulable'}: ${scheduled.message}`;
  const initializing = initProblem(pod);
  if (initializing !== undefined) return initializing;
  for (const container of pod.status.containerStatuses) {
    if (container.ready || container.kind === 'init' || container.kind === 'ephemeral') continue;
    if (container.waiting && !ORDINARY_WAITS.has(container.waiting.reason)) return container.waiting.reason;
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
 * Each readiness gate that is not True, with the reason of the controller that sets its condition: the AWS
 * Load Balancer Controller sets the target's state, such as Target.RegistrationInProgress
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

const KINDS = {
  container: 'container',
  init: 'init container',
  sidecar: 'sidecar',
  ephemeral: 'ephemeral container',
} as const;

/** `container main`, `init container migrate`, `sidecar proxy`. */
export function containerName({ kind, name }: Pick<ContainerStatus, 'kind' | 'name'>): string {
  return `${KINDS[kind]} ${name}`;
}
