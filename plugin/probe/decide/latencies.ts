/**
 * A histogram whose buckets each are 10% longer than the one before, so that a percentile of any number of times is
 * cheap and at most 10% too high.
 */
export interface Latencies {
  /** Number of times in each bucket. */
  counts: readonly number[];
  total: number;
  slowestMs: number | undefined;
}

export const NO_LATENCIES: Latencies = { counts: [], total: 0, slowestMs: undefined };

const GROWTH = 1.1;

/** Adds one time. */
export function withLatency({ counts, total, slowestMs = 0 }: Latencies, tookMs: number): Latencies {
  const step = tookMs <= 1 ? 0 : Math.ceil(Math.log(tookMs) / Math.log(GROWTH));
  const next = [...counts];
  while (next.length <= step) next.push(0);
  next[step] = (next[step] ?? 0) + 1;
  return { counts: next, total: total + 1, slowestMs: Math.max(slowestMs, tookMs) };
}

/**
 * The time within which this share of the responses arrived.
 *
 * @param share from 0 to 1
 * @returns milliseconds, or undefined without responses
 */
export function percentile({ counts, total, slowestMs }: Latencies, share: number): number | undefined {
  if (slowestMs === undefined) return undefined;
  let seen = 0;
  for (const [step, count] of counts.entries()) {
    seen += count;
    if (seen >= share * total) return Math.min(slowestMs, Math.round(GROWTH ** step));
  }
  return slowestMs;
}
