import { timestamp } from '../store/object.ts';
import { condition } from './pods.ts';
import type { Condition, Container, ContainerStatus, Pod, PodStatus } from './types.ts';

/** The state of a simulated pod's containers. */
export type Activity =
  | { kind: 'creating' }
  | { kind: 'running'; sinceMs: number }
  | { kind: 'ready'; sinceMs: number }
  | { kind: 'waiting'; reason: string; message: string; finishedMs?: number }
  /** Of a deleted pod: exit code 0, or 137 if it was killed at the end of its grace period. */
  | { kind: 'ended'; sinceMs: number; exitCode: number; finishedMs: number };

/** The inputs of a pod's status in addition to the pod. */
export interface Simulated {
  activity: Activity;
  restarts: number;
  podIP: string;
  hostIP: string;
  startedMs: number;
}

/** The status that a kubelet would report for a pod; deterministic. */
export function podStatus(pod: Pod, simulated: Simulated, nowMs: number): PodStatus {
  const { activity, podIP, hostIP, startedMs } = simulated;
  const containersReady = activity.kind === 'ready';
  const gate = (pod.spec.readinessGates ?? []).find(
    ({ conditionType }) => condition(pod, conditionType)?.status !== 'True',
  );
  const unready = { reason: 'ContainersNotReady', message: unreadyMessage(pod) };
  const hasSandbox = activity.kind !== 'creating';
  const own: Condition[] = [
    newCondition(pod, 'PodReadyToStartContainers', hasSandbox, nowMs),
    newCondition(pod, 'Initialized', true, nowMs),
    newCondition(
      pod,
      'Ready',
      containersReady && !gate,
      nowMs,
      readyReason(containersReady, gate?.conditionType, unready),
    ),
    newCondition(pod, 'ContainersReady', containersReady, nowMs, containersReady ? undefined : unready),
    newCondition(pod, 'PodScheduled', true, nowMs),
  ];
  const others = (pod.status.conditions ?? []).filter(
    ({ type }) => !own.some((condition) => condition.type === type),
  );
  return {
    ...pod.status,
    phase: phaseOf(simulated),
    observedGeneration: pod.metadata.generation,
    conditions: [...others, ...own],
    hostIP,
    hostIPs: [{ ip: hostIP }],
    ...(hasSandbox ? { podIP, podIPs: [{ ip: podIP }] } : {}),
    startTime: timestamp(startedMs),
    containerStatuses: pod.spec.containers.map((container) => containerStatus(pod, container, simulated)),
  };
}

function phaseOf({ activity, restarts }: Simulated): string {
  if (activity.kind === 'ended') return activity.exitCode === 0 ? 'Succeeded' : 'Failed';
  const started = activity.kind === 'running' || activity.kind === 'ready' || restarts > 0;
  return started ? 'Running' : 'Pending';
}

function readyReason(
  containersReady: boolean,
  gate: string | undefined,
  unready: { reason: string; message: string },
): { reason: string; message: string } | undefined {
  if (!containersReady) return unready;
  if (gate === undefined) return undefined;
  return {
    reason: 'ReadinessGatesNotReady',
    message: `corresponding condition of pod readiness gate "${gate}" does not exist or is not true.`,
  };
}

function unreadyMessage(pod: Pod): string {
  return `containers with unready status: [${pod.spec.containers.map(({ name }) => name).join(' ')}]`;
}

function newCondition(
  pod: Pod,
  type: string,
  isTrue: boolean,
  nowMs: number,
  why?: { reason: string; message: string },
): Condition {
  const status = isTrue ? 'True' : 'False';
  const before = condition(pod, type);
  const kept = before?.status === status ? before.lastTransitionTime : undefined;
  return { type, status, lastProbeTime: null, lastTransitionTime: kept ?? timestamp(nowMs), ...why };
}

function containerStatus(
  pod: Pod,
  { name, image }: Container,
  { activity, restarts }: Simulated,
): ContainerStatus {
  const isRunning = activity.kind === 'running' || activity.kind === 'ready';
  return {
    name,
    state: containerState(activity),
    lastState: lastState(activity, pod, name),
    ready: activity.kind === 'ready',
    restartCount: restarts,
    image,
    imageID: isRunning ? `sandbox/${image}` : '',
    ...(isRunning ? { containerID: `sandbox://${pod.metadata.uid}/${name}` } : {}),
    started: isRunning,
  };
}

function containerState(activity: Activity): object {
  switch (activity.kind) {
    case 'creating':
      return { waiting: { reason: 'ContainerCreating' } };
    case 'running':
    case 'ready':
      return { running: { startedAt: timestamp(activity.sinceMs) } };
    case 'waiting':
      return { waiting: { reason: activity.reason, message: activity.message } };
    case 'ended': {
      const { exitCode, sinceMs, finishedMs } = activity;
      const times = { startedAt: timestamp(sinceMs), finishedAt: timestamp(finishedMs) };
      return { terminated: { exitCode, reason: exitCode === 0 ? 'Completed' : 'Error', ...times } };
    }
  }
}

/** The crash behind a waiting container, kept while it runs again. */
function lastState(activity: Activity, pod: Pod, name: string): object {
  if (activity.kind === 'waiting' && activity.finishedMs !== undefined)
    return { terminated: { exitCode: 1, reason: 'Error', finishedAt: timestamp(activity.finishedMs) } };
  const before = pod.status.containerStatuses?.find((status) => status.name === name)?.lastState;
  return typeof before === 'object' && before !== null ? before : {};
}
