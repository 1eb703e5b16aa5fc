/** The members of simulated hash rings, derived from the lifecycle of their pods. */
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
  /** The uid of its current or former pod. */
  uid: string;
}

/** dskit's default. */
const HEARTBEAT_TIMEOUT_MS = 60_000;

/**
 * The ring member of a pod: JOINING while it starts, ACTIVE once it was ready, LEAVING while it flushes, removed when
 * its process exits gracefully, and without heartbeats while it does not run for any other reason.
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

/** A member whose pod is gone without having left: it was killed, immediately or at the end of its grace period. */
export function afterDeletion(member: Member, nowMs: number): Member {
  return { ...member, stoppedMs: member.stoppedMs ?? nowMs };
}

/** The state of a member on the ring page. */
export function shownState({ state, stoppedMs, heartbeatTimeoutMs }: Member, nowMs: number): string {
  return stoppedMs !== undefined && nowMs - stoppedMs > heartbeatTimeoutMs ? 'UNHEALTHY' : state;
}

/**
 * The ring of a pod: the one named by its annotation `ring` in the namespace, otherwise one per workload, for all its
 * ReplicaSets.
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
