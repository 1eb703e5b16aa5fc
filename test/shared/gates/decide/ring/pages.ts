import type { RingPod } from '../../../../../shared/gates/decide/ring/members.ts';
import type { RingMember, RingPage } from '../../../../../shared/gates/decide/ring/page.ts';

export const NOW_MS = Date.UTC(2026, 0, 1, 12);

/** A healthy member unless told. */
export function member(id: string, changes: Partial<RingMember> = {}): RingMember {
  return { id, state: 'ACTIVE', zone: 'zone-a', lastHeartbeatMs: NOW_MS - 1_000, ...changes };
}

export function page(...members: RingMember[]): RingPage {
  return { members, nowMs: NOW_MS };
}

/** An available pod on the update revision unless told. */
export function pod(name: string, changes: Partial<RingPod> = {}): RingPod {
  const settled = { stale: false, terminating: false, surplus: false, readySinceMs: NOW_MS - 60_000 };
  return { name, uid: `uid-of-${name}`, ...settled, ...changes };
}
