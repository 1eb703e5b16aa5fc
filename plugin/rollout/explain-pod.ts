import { formatDuration, shortRevision } from '../../shared/format.ts';
import type { ContainerStatus, Pod } from '../../shared/kube/objects.ts';
import { containerName, podProblem, readySinceMs } from '../../shared/kube/pods.ts';
import type { Workload } from '../../shared/rollout/decide/workload.ts';
import type { WorkloadWatches } from '../../shared/rollout/drive/watches.ts';
import type { Finding } from './reporter.ts';

/** Conditions that only repeat the findings about containers and gates. */
const CONSEQUENCES: ReadonlySet<string> = new Set(['Ready', 'ContainersReady']);

/**
 * Why a pod is not available: its node, the conditions that are not true, its readiness gates, its containers.
 *
 * @param name of a pod of the workload, whether it exists or not
 * @param serverNowMs on the API server's clock, like the times in the pod
 */
export function explainPod(
  name: string,
  { workload, pods }: Pick<WorkloadWatches, 'workload' | 'pods'>,
  serverNowMs: number,
): readonly Finding[] {
  const pod = [...pods.values()].find(({ metadata }) => metadata.name === name);
  if (!pod) {
    const why =
      workload?.id.kind === 'deployment'
        ? 'no longer exists: a pod with another name replaces it'
        : 'does not exist: its controller has not recreated it yet';
    return [{ about: 'pod', text: why, holds: true }];
  }
  return [
    ...whereabouts(pod, workload, serverNowMs),
    ...conditions(pod, serverNowMs),
    ...gates(pod),
    ...pod.status.containerStatuses.map(container),
  ];
}

function whereabouts(pod: Pod, workload: Workload | undefined, nowMs: number): Finding[] {
  const { metadata, spec, status } = pod;
  const member = workload?.memberOf(pod);
  const revision = member?.revisionOf(pod) ?? '';
  const age = revision === (member?.updateRevision ?? '') ? 'the new revision' : 'an old revision';
  const place = spec.nodeName === undefined ? 'not scheduled yet' : `on node ${spec.nodeName}`;
  const about = 'pod' as const;
  const readyMs = readySinceMs(pod);
  const state =
    podProblem(pod) ?? (readyMs === undefined ? '' : `ready for ${formatDuration(nowMs - readyMs)}`);
  const findings: Finding[] = [
    {
      about,
      text: `${status.phase || 'no phase'}, ${place}, ${age} (${shortRevision(revision, member?.metadata.name ?? '')})`,
      holds: false,
    },
    { about, text: state, holds: readyMs === undefined },
  ];
  if (metadata.deletionTimestampMs !== undefined) {
    const leftMs = metadata.deletionTimestampMs - nowMs;
    const left =
      leftMs > 0 ? `${formatDuration(leftMs)} of its grace period left` : 'its grace period is over';
    findings.push({ about, text: `terminating, ${left}`, holds: true });
  }
  if (status.message !== '') findings.push({ about, text: status.message, holds: true });
  return findings;
}

function conditions({ status, spec }: Pod, nowMs: number): Finding[] {
  const told = status.containerStatuses.length > 0 ? CONSEQUENCES : new Set<string>();
  return status.conditions
    .filter(({ type, status: is }) => is !== 'True' && !told.has(type) && !spec.readinessGates.includes(type))
    .map(({ type, status: is, reason, message, lastTransitionTimeMs }) => {
      const since =
        lastTransitionTimeMs === undefined ? '' : ` for ${formatDuration(nowMs - lastTransitionTimeMs)}`;
      return { about: 'condition', text: `${type} is ${is}${since}${because(reason, message)}`, holds: true };
    });
}

function gates({ spec, status }: Pod): Finding[] {
  return spec.readinessGates.map((gate) => {
    const found = status.conditions.find(({ type }) => type === gate);
    if (!found) return { about: 'gate', text: `${gate} has not been reported yet`, holds: true };
    const why = found.status === 'True' ? '' : because(found.reason, found.message);
    return { about: 'gate', text: `${gate} is ${found.status}${why}`, holds: found.status !== 'True' };
  });
}

function container(status: ContainerStatus): Finding {
  const { kind, ready, restartCount, waiting, terminated, lastEnd } = status;
  const name = kind === 'container' ? status.name : containerName(status);
  const restarts =
    restartCount === 0 ? '' : `, restarted ${restartCount} ${restartCount === 1 ? 'time' : 'times'}`;
  const about = 'container' as const;
  const holds = !ready && kind !== 'ephemeral';
  if (waiting) {
    const before = lastEnd ? `, last ended with exit code ${lastEnd.exitCode}` : '';
    const text = `${name} is waiting${restarts}${before}${because(waiting.reason, waiting.message)}`;
    return { about, text, holds };
  }
  if (terminated) {
    if (kind === 'init' && terminated.exitCode === 0)
      return { about, text: `${name} has completed`, holds: false };
    const text = `${name} has ended${restarts}${because(terminated.reason, terminated.message)}`;
    return { about, text, holds };
  }
  // Other containers wait for an init container to end; the readiness of ephemeral containers does not matter.
  const state = kind === 'init' || kind === 'ephemeral' ? '' : ready ? ' and ready' : ' but not ready';
  return { about, text: `${name} is running${state}${restarts}`, holds };
}

function because(reason: string, message: string): string {
  const words = [reason, message].filter((word) => word !== '').join(': ');
  return words === '' ? '' : `: ${words}`;
}
