/** A short time: `12ms`, `1.4s`. */
export function formatMilliseconds(timeMs: number): string {
  return timeMs < 1000 ? `${Math.round(timeMs)}ms` : `${(timeMs / 1000).toFixed(1)}s`;
}
