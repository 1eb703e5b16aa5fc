import type { MemberState, RingPage } from './page.ts';

/** Since when each member was seen in its state, by id. The page has times of heartbeats, not of state changes. */
export type RingHistory = ReadonlyMap<string, { state: MemberState; sinceMs: number }>;

/** Updates the history with a page: epoch ms by the clock of the page's server. */
export function rememberStates(history: RingHistory, { members, nowMs }: RingPage): RingHistory {
  return new Map(
    members.map(({ id, state }) => {
      const known = history.get(id);
      return [id, known?.state === state ? known : { state, sinceMs: nowMs }];
    }),
  );
}
