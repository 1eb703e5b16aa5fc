import type { RingMember } from './page.ts';

/** How to fix a forgotten member. */
export const FORGET =
  'forget it on the ring page, because it still counts against the quorum of its tokens; --ring-ignore-forgotten goes on all the same';

/**
 * Describes one member: `ingester-1 (zone-a) is LEAVING, seen so since 12:00:05Z`.
 *
 * @param sinceMs when it was first seen in this state
 */
export function describeMember(member: RingMember, forgotten: boolean, sinceMs: number | undefined): string {
  const { id, zone, state, lastHeartbeatMs } = member;
  const who = zone === '' ? id : `${id} (${zone})`;
  if (state === 'UNHEALTHY') {
    const heartbeat = lastHeartbeatMs === undefined ? 'never' : utc(lastHeartbeatMs);
    const what = forgotten ? 'is forgotten: unhealthy, without a pod of its name' : 'is unhealthy';
    return `${who} ${what}, last heartbeat ${heartbeat}`;
  }
  const what = state === 'other' ? 'is in a state that kubectl-zone does not know' : `is ${state}`;
  return sinceMs === undefined ? `${who} ${what}` : `${who} ${what}, seen so since ${utc(sinceMs)}`;
}

/** Whole seconds, because every change of a reason is printed. */
function utc(atMs: number): string {
  return new Date(atMs).toISOString().replace(/\.\d+/, '');
}
