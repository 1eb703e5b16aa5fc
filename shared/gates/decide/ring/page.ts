/** The hash ring page of Cortex, Mimir, Loki and Tempo as JSON. Pure. */
import * as z from 'zod/mini';
import { parseGoTime } from './go-time.ts';

/** One member of a hash ring. */
export interface RingMember {
  /** Its hostname unless configured otherwise, which in a pod is the pod's name. */
  id: string;
  state: MemberState;
  /** Empty if the ring has no zones, and in versions without them. */
  zone: string;
  /** By the member's clock; undefined if it has never sent one. */
  lastHeartbeatMs: number | undefined;
}

/**
 * The states of dskit's `InstanceState`. LEFT marks a member that is gone and is only kept so that gossip spreads it.
 * UNHEALTHY replaces any of them once a member's heartbeat is older than the heartbeat timeout, which hides the actual
 * state; the pages of some Mimir ingesters show it too early, those of its distributors do not
 * (https://github.com/grafana/mimir/issues/1917). `other` is a state in no version known to us.
 */
export type MemberState = 'ACTIVE' | 'LEAVING' | 'PENDING' | 'JOINING' | 'LEFT' | 'UNHEALTHY' | 'other';

export interface RingPage {
  members: readonly RingMember[];
  /** When the page was created, by the clock of its server. */
  nowMs: number;
}

const Shard = z.object({
  id: z.string(),
  state: z.string(),
  timestamp: z.catch(z.string(), ''),
  zone: z.catch(z.string(), ''),
});
/** Go encodes a nil slice as null. */
const Page = z.object({ shards: z.nullable(z.array(Shard)), now: z.string() });

const STATES: ReadonlySet<string> = new Set(['ACTIVE', 'LEAVING', 'PENDING', 'JOINING', 'LEFT', 'UNHEALTHY']);

/**
 * Parses a ring page: `{"shards": [{"id", "state", "address", "timestamp", "zone", "tokens", …}], "now"}`.
 *
 * All four products share the code: `pkg/ring/http.go` of Cortex, which became `ring/http.go`, later
 * `ring/ring_http.go`, of https://github.com/grafana/dskit. The field names have not changed since JSON was introduced.
 * Two things differ between versions: the state of a member without heartbeats was `Unhealthy` and is `UNHEALTHY`, and
 * times were printed in Go's format (`2026-01-01 12:00:00 +0000 UTC`) and are RFC 3339.
 *
 * @returns undefined for anything else, such as the page of Mimir's partition ring
 */
export function parseRingPage(body: unknown): RingPage | undefined {
  const parsed = z.safeParse(Page, body);
  if (!parsed.success) return undefined;
  const nowMs = parseGoTime(parsed.data.now);
  if (nowMs === undefined) return undefined;
  const members = (parsed.data.shards ?? []).map(({ id, state, timestamp, zone }) => ({
    id,
    state: stateOf(state),
    zone,
    lastHeartbeatMs: parseGoTime(timestamp) || undefined,
  }));
  return { members, nowMs };
}

function stateOf(word: string): MemberState {
  const upper = word.toUpperCase();
  return STATES.has(upper) ? (upper as MemberState) : 'other';
}
