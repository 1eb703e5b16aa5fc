import type { MemberState, RingPage } from './page.ts';

/** Since when each member has been seen in its state, by id. The page has no times of changes, only of heartbeats. */
export type RingHistory = ReadonlyMap<string, { state: MemberState; sinceMs: number }>;

/** What was remembered, brought up to date with a page: ms since the epoch by the clock of whoever made the page. */
export function rememberStates(history: RingHistory, { members, nowMs }: RingPage): RingHistory {
  return new Map(
    members.map(({ id, state }) => {
      const known = history.get(id);
      return [id, known?.state === state ? known : { state, sinceMs: nowMs }];
    }),
  );
}
