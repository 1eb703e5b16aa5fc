import type { Clock } from '../shared/clock.ts';
import type { ConnectionState } from '../shared/kube/watch-cache.ts';

export type ConnectionNews =
  | { atMs: number; type: 'connection-lost'; reason: string }
  | { atMs: number; type: 'connection-restored'; afterMs: number };

/**
 * Makes one loss of what several watches tell: they break together and are mended together. One that is mended at
 * once, such as a watch from a version that the server has forgotten, is none.
 *
 * @param isLive whether all watches are whole again
 * @returns what is to be told each watch's state
 */
export function connectionNews(
  clock: Clock,
  isLive: () => boolean,
  tell: (news: ConnectionNews) => void,
): (state: ConnectionState) => void {
  let lostAtMs: number | undefined;
  return (state) => {
    const atMs = clock.nowMs();
    if (state.kind === 'lost' && lostAtMs === undefined && state.retryInMs > 0) {
      lostAtMs = atMs;
      tell({ atMs, type: 'connection-lost', reason: state.error.message });
    } else if (state.kind === 'restored' && lostAtMs !== undefined && isLive()) {
      tell({ atMs, type: 'connection-restored', afterMs: atMs - lostAtMs });
      lostAtMs = undefined;
    }
  };
}
