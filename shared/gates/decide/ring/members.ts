/** Which members of a ring are to be told apart. Pure. */
import type { RingMember, RingPage } from './page.ts';

/** As much of a pod of the workload as the ring is judged with; `ObservedPod` of a rollout has it. */
export interface RingPod {
  name: string;
  uid: string;
  stale: boolean;
  terminating: boolean;
  /** Beyond the replicas that the spec asks for. */
  surplus: boolean;
  /** Undefined while it is not Ready. */
  readySinceMs: number | undefined;
}

/**
 * Ids of the members that are on their way out: they flush, or hand over, and have not unregistered yet. In a pod the
 * id is the pod's name unless the component is configured otherwise. A member that stopped sending heartbeats while it
 * was leaving is not among them, because the page only says that it is unhealthy.
 */
export function leavingMembers({ members }: RingPage): readonly string[] {
  return members.filter(({ state }) => state === 'LEAVING').map(({ id }) => id);
}

/** The members that are there: all but those which have left and are kept only so that gossip spreads it. */
export function presentMembers({ members }: RingPage): readonly RingMember[] {
  return members.filter(({ state }) => state !== 'LEFT');
}

/**
 * Unhealthy members that are none of these pods and whose last heartbeat is older than `forgetAfterMs` by the page's
 * own clock. Whether such a member has been forgotten depends on one thing more: that no other pod has its name.
 */
export function longUnhealthy(
  page: RingPage,
  pods: readonly RingPod[],
  forgetAfterMs: number,
): readonly RingMember[] {
  const names = new Set(pods.map(({ name }) => name));
  return page.members.filter(
    ({ id, state, lastHeartbeatMs }) =>
      state === 'UNHEALTHY' &&
      !names.has(id) &&
      lastHeartbeatMs !== undefined &&
      page.nowMs - lastHeartbeatMs > forgetAfterMs,
  );
}
