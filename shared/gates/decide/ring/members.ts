/** Classifies the members of a ring. Pure. */
import type { RingMember, RingPage } from './page.ts';

/** The fields of a workload's pod needed to judge the ring; a subset of a rollout's `ObservedPod`. */
export interface RingPod {
  name: string;
  uid: string;
  stale: boolean;
  terminating: boolean;
  /** Beyond the desired replicas. */
  surplus: boolean;
  /** Undefined while it is not Ready. */
  readySinceMs: number | undefined;
}

/**
 * Ids of the members that are leaving: they flush, or hand over, and have not unregistered yet. In a pod the
 * id is the pod's name unless configured otherwise. A member that stopped sending heartbeats while leaving is
 * not included, because the page only shows that it is unhealthy.
 */
export function leavingMembers({ members }: RingPage): readonly string[] {
  return members.filter(({ state }) => state === 'LEAVING').map(({ id }) => id);
}

/** All members except those that have left and are kept only so that gossip spreads it. */
export function presentMembers({ members }: RingPage): readonly RingMember[] {
  return members.filter(({ state }) => state !== 'LEFT');
}

/**
 * Unhealthy members without a pod of the workload, whose last heartbeat is older than `forgetAfterMs` by the
 * page's own clock. To count as forgotten, a member must also have no other pod with its name.
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
