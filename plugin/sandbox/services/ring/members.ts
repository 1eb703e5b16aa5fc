/** The members of simulated hash rings, as the life of their pods makes them. */
import { REPLICASETS } from '../../api/resources.ts';
import { isReady, isTerminating } from '../../controllers/pods.ts';
import { PREFIX, parseDurationMs } from '../../controllers/simulation.ts';
import type { Pod } from '../../controllers/types.ts';
import { controllerOf } from '../../store/object.ts';
import type { Store } from '../../store/store.ts';
import type { Processes } from '../pod-state.ts';

/** An entry of a ring. */
export interface Member {
  id: string;
  zone: string;
  address: string;
  state: 'JOINING' | 'ACTIVE' | 'LEAVING';
  registeredMs: number;
  heartbeatTimeoutMs: number;
  /** When its process ended without leaving; undefined while it runs and sends heartbeats. */
  stoppedMs: number | undefined;
  /** Of the pod that it is, or was. */
  uid: string;
}

/** dskit's default. */
const HEARTBEAT_TIMEOUT_MS = 60_000;

/**
 * The member that a pod makes of itself: JOINING while it starts, ACTIVE from its first readiness on, LEAVING while it
 * flushes, gone when its process exits in good order, and without heartbeats while it does not run for any other
 * reason.
 *
 * @param known the entry of this name, which a successor takes over
 * @returns undefined for a pod that has never run, or has left
 */
export function memberOf(
  pod: Pod,
  known: Member | undefined,
  processes: Processes,
  zone: string,
  nowMs: number,
): Member | undefined {
  const { name, uid = '' } = pod.metadata;
  const own = known?.uid === uid ? known : undefined;
  if (processes !== 'running') {
    if (!own) return known;
    return processes === 'exited' ? undefined : { ...own, stoppedMs: own.stoppedMs ?? nowMs };
  }
  const member: Member = {
    id: name,
    zone,
    address: `${pod.status.podIP ?? ''}:9095`,
    state: own?.state ?? 'JOINING',
    registeredMs: known?.registeredMs ?? nowMs,
    heartbeatTimeoutMs: durationOf(pod, 'heartbeat-timeout') ?? HEARTBEAT_TIMEOUT_MS,
    stoppedMs: undefined,
    uid,
  };
  if (isTerminating(pod)) return { ...member, state: 'LEAVING' };
  return isReady(pod) ? { ...member, state: 'ACTIVE' } : member;
}

/** A member whose pod has gone without having left: it was killed at once, or before at the end of its grace period. */
export function afterDeletion(member: Member, nowMs: number): Member {
  return { ...member, stoppedMs: member.stoppedMs ?? nowMs };
}

/** What the ring page calls the state of a member. */
export function shownState({ state, stoppedMs, heartbeatTimeoutMs }: Member, nowMs: number): string {
  return stoppedMs !== undefined && nowMs - stoppedMs > heartbeatTimeoutMs ? 'UNHEALTHY' : state;
}

/**
 * The ring that a pod belongs to: that which its annotation `ring` names in the namespace, else one for each workload,
 * whichever of its ReplicaSets the pod is from.
 */
export function ringOf(pod: Pod, store: Store): string {
  const { namespace = '', name, annotations } = pod.metadata;
  const named = annotations?.[`${PREFIX}ring`];
  if (named !== undefined) return `${namespace}/${named}`;
  const owner = controllerOf(pod);
  const replicaSet = owner?.kind === 'ReplicaSet' ? store.get(REPLICASETS, namespace, owner.name) : undefined;
  const workload = (replicaSet && controllerOf(replicaSet)) ?? owner;
  return `${namespace}/${workload?.kind ?? 'Pod'}/${workload?.name ?? name}`;
}

function durationOf(pod: Pod, name: string): number | undefined {
  return parseDurationMs(pod.metadata.annotations?.[PREFIX + name] ?? '');
}
