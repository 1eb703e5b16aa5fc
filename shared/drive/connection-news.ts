import type { Clock } from '../clock.ts';
import { ApiError } from '../kube/kube.ts';
import type { ConnectionState } from '../kube/watch-cache.ts';

export type ConnectionNews =
  | { atMs: number; type: 'connection-lost'; reason: string }
  | { atMs: number; type: 'connection-restored'; afterMs: number };

/**
 * Merges the reports of several watches into one loss: they break together and are restored together. A watch
 * that is restored immediately, such as one with an expired resourceVersion, is not a loss. When the watch
 * whose reason was reported is restored and the API server refuses another one, that refusal is reported.
 *
 * @param isLive whether all watches are live again
 * @returns a function to call with each watch's state
 */
export function connectionNews(
  clock: Clock,
  isLive: () => boolean,
  tell: (news: ConnectionNews) => void,
): (state: ConnectionState) => void {
  /** By the monotonic clock. */
  let lostSinceMs: number | undefined;
  /** The watch whose reason was reported last. */
  let reported: string | undefined;
  const refused = new Map<string, string>();

  function report(atMs: number, path: string, reason: string): void {
    reported = path;
    tell({ atMs, type: 'connection-lost', reason });
  }

  return (state) => {
    const atMs = clock.nowMs();
    if (state.kind === 'lost') {
      if (state.retryInMs === 0) return;
      if (state.error instanceof ApiError) refused.set(state.path, state.reason);
      if (lostSinceMs !== undefined) return;
      lostSinceMs = clock.monotonicMs();
      report(atMs, state.path, state.reason);
      return;
    }
    refused.delete(state.path);
    if (lostSinceMs === undefined) return;
    if (isLive()) {
      tell({ atMs, type: 'connection-restored', afterMs: clock.monotonicMs() - lostSinceMs });
      lostSinceMs = undefined;
      refused.clear();
      return;
    }
    const [next] = refused;
    if (state.path === reported && next !== undefined) report(atMs, ...next);
  };
}
