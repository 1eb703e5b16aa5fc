/**
 * Whether a pod ended normally or was killed, from its last known state. Pure.
 *
 * At the end of the grace period the kubelet has the container runtime send SIGKILL, and before it removes
 * the pod's object it records how each container ended: exit code 137, which is 128 plus the signal's number
 * (https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-termination, and "Pod phase" there:
 * since 1.27 a deleted pod reaches Failed or Succeeded before its object is removed). A container whose end
 * the kubelet missed gets 137 with the reason ContainerStatusUnknown.
 *
 * If the object is removed while a container still runs, the kubelet did not remove it: the pod was
 * force-deleted, or its node is lost and the pod garbage collector removed it
 * (https://kubernetes.io/docs/concepts/workloads/pods/disruptions/#pod-disruption-conditions).
 */
import { formatDuration } from '../../duration.ts';
import type { ContainerStatus, Pod } from '../../kube/objects.ts';
import { containerName } from '../../kube/pods.ts';
import { terminationOf } from './leaving.ts';
import type { Termination } from './types.ts';

const SIGKILL_EXIT_CODE = 137;

/** API timestamps have whole seconds, and some come from the node's clock. */
const TOLERANCE_MS = 2_000;

/**
 * A pod's graceful deletion, as long as the pod shows its grace period: the deletion that removes the object clears it
 * in a write of its own, which may be the first one to be seen after the pod was killed.
 */
export function gracefulTermination(pod: Pod): Termination | undefined {
  const termination = terminationOf(pod);
  return termination && hasGrace(termination) ? termination : undefined;
}

/**
 * How a terminating pod that still exists was killed, as a clause after its name; undefined if it was not.
 *
 * @param earlier its last `gracefulTermination`, if any was seen
 */
export function howKilled(pod: Pod, earlier?: Termination): string | undefined {
  const termination = terminationOf(pod) && (gracefulTermination(pod) ?? earlier ?? terminationOf(pod));
  return termination && howContainerKilled(pod, termination);
}

/**
 * The same for a pod whose object is gone.
 *
 * @param last from the watch's DELETED event. Its deletionTimestamp is no longer that of the grace period:
 * the deletion that removes an object has none.
 * @param before its last state before that
 * @param nowMs when it was seen to be gone, by the API server's clock
 * @param earlier its last `gracefulTermination`, if any was seen
 */
export function howLost(last: Pod, before: Pod, nowMs: number, earlier?: Termination): string | undefined {
  const graceful = gracefulTermination(before) ?? earlier;
  const termination = graceful ?? terminationOf(before) ?? { sinceMs: nowMs, graceEndsAtMs: nowMs };
  const killed = howContainerKilled(last, termination);
  if (killed !== undefined) return killed;
  const running = last.status.containerStatuses.find(
    ({ kind, waiting, terminated }) => kind !== 'ephemeral' && !waiting && !terminated,
  );
  if (!running) return undefined;
  const still = `while ${containerName(running)} was still running, as last reported by its node`;
  const target = last.status.conditions.find(
    ({ type, status }) => type === 'DisruptionTarget' && status === 'True',
  );
  if (target?.reason === 'DeletionByPodGC') return `was removed with its node (${target.reason}) ${still}`;
  if (hasGrace(termination) && nowMs >= termination.graceEndsAtMs - TOLERANCE_MS)
    return `was gone ${atTheEnd(termination)} ${still}`;
  return `was deleted by force ${still}`;
}

function howContainerKilled(pod: Pod, termination: Termination): string | undefined {
  const container = pod.status.containerStatuses.find((status) => wasKilled(status, termination));
  if (!container?.terminated) return undefined;
  const { reason, finishedAtMs } = container.terminated;
  const which = containerName(container);
  if (reason === 'ContainerStatusUnknown')
    return `ended, and its node does not know how (${reason}, ${which})`;
  if (reason === 'OOMKilled') return `ran out of memory while it terminated (${reason}, ${which})`;
  const atMs = finishedAtMs ?? termination.graceEndsAtMs;
  if (hasGrace(termination) && atMs >= termination.graceEndsAtMs - TOLERANCE_MS)
    return `was killed ${atTheEnd(termination)} (exit code ${SIGKILL_EXIT_CODE}, ${which})`;
  const afterMs = atMs - termination.sinceMs;
  return `was killed ${formatDuration(afterMs)} into its termination (exit code ${SIGKILL_EXIT_CODE}, ${which})`;
}

/**
 * A container killed before the deletion, for example when the node ran out of memory, lost nothing to the
 * deletion. Nothing depends on an ephemeral container either, whose shell ignores SIGTERM.
 */
function wasKilled({ kind, terminated }: ContainerStatus, { sinceMs }: Termination): boolean {
  if (kind === 'ephemeral' || terminated?.exitCode !== SIGKILL_EXIT_CODE) return false;
  return terminated.finishedAtMs === undefined || terminated.finishedAtMs >= sinceMs - TOLERANCE_MS;
}

/** The deletion that removes the object clears the grace period; a finalizer may keep the object after that. */
function hasGrace({ sinceMs, graceEndsAtMs }: Termination): boolean {
  return graceEndsAtMs > sinceMs;
}

function atTheEnd({ sinceMs, graceEndsAtMs }: Termination): string {
  return `at the end of its grace period of ${formatDuration(graceEndsAtMs - sinceMs)}`;
}
