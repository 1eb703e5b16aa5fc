/** What a hash ring means for a rollout: whether another member may be removed. Pure. */
import type { RingHistory } from './history.ts';
import { presentMembers, type RingPod } from './members.ts';
import type { RingMember, RingPage } from './page.ts';

export interface RingInput {
  page: RingPage;
  /** All pods of the workload. */
  pods: readonly RingPod[];
  /** Ids of members that have been unhealthy for long and have no pod with their name. */
  forgotten: ReadonlySet<string>;
  /** Continue despite forgotten members. */
  ignoreForgotten: boolean;
  history: RingHistory;
}

export type RingVerdict =
  | { kind: 'open'; reason: string }
  | { kind: 'closed'; reason: string }
  /** Not about this workload: the page of another component, or a ring without members. */
  | { kind: 'foreign'; reason: string };

const SHOWN = 3;

/**
 * Open while every member is ACTIVE and sends heartbeats; otherwise closed, naming those that are not. A
 * member in an unknown state also closes it.
 *
 * Forgotten members close it too, unless the operator overrides that. Such a member still owns its tokens:
 * dskit writes to a quorum of a token's members, and skips unhealthy ones without a substitute as long as
 * they were ACTIVE (`Write` in `ring/ring.go`, `Filter` in `ring/replication_strategy.go`). With a
 * replication factor of 3 each of its tokens has two members left, so removing one of these fails writes.
 *
 * Pods that are stale, unready and not terminating do not close it: the rollout replaces these first (rule
 * R7), which costs nothing, and waiting for them would keep a bad revision in place indefinitely.
 */
export function judgeRing({ page, pods, forgotten, ignoreForgotten, history }: RingInput): RingVerdict {
  const members = presentMembers(page);
  if (members.length === 0) return { kind: 'foreign', reason: 'the ring has no members' };
  const ids = new Set(members.map(({ id }) => id));
  if (pods.length > 0 && !pods.some(({ name }) => ids.has(name))) {
    const [first] = members;
    return {
      kind: 'foreign',
      reason: `none of its ${members.length} members, such as ${first?.id}, is a pod of the workload`,
    };
  }

  const toBeReplaced = new Set(pods.filter(isReplacedFirst).map(({ name }) => name));
  const abandoned = members.filter(({ id }) => forgotten.has(id));
  const unsettled = members.filter(
    ({ id, state }) => state !== 'ACTIVE' && !forgotten.has(id) && !toBeReplaced.has(id),
  );
  const holding = ignoreForgotten ? unsettled : [...unsettled, ...abandoned];
  if (holding.length === 0) {
    const active = members.filter(({ state }) => state === 'ACTIVE').length;
    const ignored = abandoned.length > 0 ? `; ignored: ${name(abandoned, forgotten, history)}` : '';
    return { kind: 'open', reason: `${active} of ${members.length} members are ACTIVE${ignored}` };
  }
  const advice = unsettled.length === 0 ? `; ${FORGET}` : '';
  return { kind: 'closed', reason: `${name(holding, forgotten, history)}${advice}` };
}

function isReplacedFirst({ stale, surplus, terminating, readySinceMs }: RingPod): boolean {
  return stale && !surplus && !terminating && readySinceMs === undefined;
}

function name(members: readonly RingMember[], forgotten: ReadonlySet<string>, history: RingHistory): string {
  const shown = members
    .slice(0, SHOWN)
    .map((member) => describeMember(member, forgotten.has(member.id), history.get(member.id)?.sinceMs));
  const more = members.length - shown.length;
  return `${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

/** How to fix a forgotten member. */
const FORGET =
  'forget it on the ring page, because it still counts against the quorum of its tokens; --ring-ignore-forgotten continues anyway';

/**
 * Describes one member: `ingester-1 (zone-a) is LEAVING, first seen at 12:00:05Z`.
 *
 * @param sinceMs when it was first seen in this state
 */
function describeMember(member: RingMember, forgotten: boolean, sinceMs: number | undefined): string {
  const { id, zone, state, lastHeartbeatMs } = member;
  const who = zone === '' ? id : `${id} (${zone})`;
  if (state === 'UNHEALTHY') {
    const heartbeat = lastHeartbeatMs === undefined ? 'never' : utc(lastHeartbeatMs);
    const what = forgotten ? 'is forgotten: unhealthy, without a pod of its name' : 'is unhealthy';
    return `${who} ${what}, last heartbeat ${heartbeat}`;
  }
  const what = state === 'other' ? 'is in an unknown state' : `is ${state}`;
  return sinceMs === undefined ? `${who} ${what}` : `${who} ${what}, first seen at ${utc(sinceMs)}`;
}

/** Whole seconds, because every change of a reason is printed. */
function utc(atMs: number): string {
  return new Date(atMs).toISOString().replace(/\.\d+/, '');
}
