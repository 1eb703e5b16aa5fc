/** The hash ring page of Cortex, Mimir, Loki and Tempo as JSON. Pure. */
import * as z from 'zod/mini';
import { parseGoTime } from './go-time.ts';

/** One member of a hash ring. */
export interface RingMember {
  /** What it calls itself: its hostname unless it is configured otherwise, which in a pod is the pod's name. */
  id: string;
  state: MemberState;
  /** Empty where the ring has no zones, and in versions that know none. */
  zone: string;
  /** By the clock of the member; undefined when it has never sent one. */
  lastHeartbeatMs: number | undefined;
}

/**
 * The states of dskit's `InstanceState`. LEFT marks a member that has gone and is only kept so that gossip spreads it.
 * UNHEALTHY is what the page says instead of any of them once a member's heartbeat is older than the heartbeat timeout,
 * so that the state below it cannot be seen; the pages of some Mimir ingesters say so too early, those of its distributors
 * do not (https://github.com/grafana/mimir/issues/1917). `other` is a word that no version known to us has.
 */
export type MemberState = 'ACTIVE' | 'LEAVING' | 'PENDING' | 'JOINING' | 'LEFT' | 'UNHEALTHY' | 'other';

export interface RingPage {
  members: readonly RingMember[];
  /** When the page was made, by the clock of whoever made it. */
  nowMs: number;
}

const Shard = z.object({
  id: z.string(),
  state: z.string(),
  timestamp: z.catch(z.string(), ''),
  zone: z.catch(z.string(), ''),
});
/** Go writes an empty list that was never made as null. */
const Page = z.object({ shards: z.nullable(z.array(Shard)), now: z.string() });

const STATES: ReadonlySet<string> = new Set(['ACTIVE', 'LEAVING', 'PENDING', 'JOINING', 'LEFT', 'UNHEALTHY']);

/**
 * Reads a ring page: `{"shards": [{"id", "state", "address", "timestamp", "zone", "tokens", …}], "now"}`.
 *
 * All four products have it from the same code: `pkg/ring/http.go` of Cortex, which became `ring/http.go`, later
 * `ring/ring_http.go`, of https://github.com/grafana/dskit. The field names have been these since there is JSON at all.
 * Two things differ between versions: the word for a member without heartbeats was `Unhealthy` and is `UNHEALTHY`, and
 * times were written as Go prints them (`2026-01-01 12:00:00 +0000 UTC`) and are RFC 3339.
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
