/**
 * Whether a pod ended by itself or was killed, told by the last that is known of it. Pure.
 *
 * At the end of the grace period the kubelet has the container runtime send SIGKILL, and before it removes the pod's
 * object it writes how each container ended: exit code 137, which is 128 and the signal's number
 * (https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-termination, and "Pod phase" there: since 1.27
 * a deleted pod reaches Failed or Succeeded before its object goes). A container whose end the kubelet has missed is
 * given 137 with the reason ContainerStatusUnknown.
 *
 * An object that goes while a container still runs was not removed by the kubelet: somebody has deleted it by force, or
 * its node is lost and the pod garbage collector has
 * (https://kubernetes.io/docs/concepts/workloads/pods/disruptions/#pod-disruption-conditions).
 */
import { formatDuration } from '../../duration.ts';
import type { ContainerStatus, Pod } from '../../kube/objects.ts';
import { containerName } from '../../kube/pods.ts';
import { terminationOf } from './leaving.ts';
import type { Termination } from './types.ts';

const SIGKILL_EXIT_CODE = 137;

/** Timestamps of the API have whole seconds, and the node's clock wrote some of them. */
const TOLERANCE_MS = 2_000;

/**
 * How a terminating pod that is still there was killed, as a sentence goes on after its name; undefined while it has not
 * been.
 */
export function howKilled(pod: Pod): string | undefined {
  const termination = terminationOf(pod);
  return termination && howContainerKilled(pod, termination);
}

/**
 * The same for a pod whose object has gone.
 *
 * @param last as the watch's DELETED event has it. Its deletionTimestamp is not that of the grace period any more: the
 *   deletion that removes an object has none.
 * @param before as it was known until then
 * @param nowMs when it was seen to go, by the API server's clock
 */
export function howLost(last: Pod, before: Pod, nowMs: number): string | undefined {
  const termination = terminationOf(before) ?? { sinceMs: nowMs, graceEndsAtMs: nowMs };
  const killed = howContainerKilled(last, termination);
  if (killed !== undefined) return killed;
  const running = last.status.containerStatuses.find(
    ({ kind, waiting, terminated }) => kind !== 'ephemeral' && !waiting && !terminated,
  );
  if (!running) return undefined;
  const still = `while ${containerName(running)} still ran, as far as its node had told`;
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
    return `ended and its node does not know how (${reason}, ${which})`;
  if (reason === 'OOMKilled') return `ran out of memory while it terminated (${reason}, ${which})`;
  const atMs = finishedAtMs ?? termination.graceEndsAtMs;
  if (hasGrace(termination) && atMs >= termination.graceEndsAtMs - TOLERANCE_MS)
    return `was killed ${atTheEnd(termination)} (exit code ${SIGKILL_EXIT_CODE}, ${which})`;
  const afterMs = atMs - termination.sinceMs;
  return `was killed ${formatDuration(afterMs)} into its termination (exit code ${SIGKILL_EXIT_CODE}, ${which})`;
}

/**
 * A container that was killed before the deletion, by the node's want of memory for one, lost nothing to it. Neither
 * does anything depend on an ephemeral container, whose shell does not end by SIGTERM.
 */
function wasKilled({ kind, terminated }: ContainerStatus, { sinceMs }: Termination): boolean {
  if (kind === 'ephemeral' || terminated?.exitCode !== SIGKILL_EXIT_CODE) return false;
  return terminated.finishedAtMs === undefined || terminated.finishedAtMs >= sinceMs - TOLERANCE_MS;
}

/** The deletion that removes the object takes the grace period away, and a finalizer may keep it after that. */
function hasGrace({ sinceMs, graceEndsAtMs }: Termination): boolean {
  return graceEndsAtMs > sinceMs;
}

function atTheEnd({ sinceMs, graceEndsAtMs }: Termination): string {
  return `at the end of its grace period of ${formatDuration(graceEndsAtMs - sinceMs)}`;
}
