import type {
  ProbeFailure,
  ProbeResult,
  ProbeSample,
  ProbeSummary,
} from '../../../shared/drive/probe-news.ts';
import { type Latencies, NO_LATENCIES, percentile, withLatency } from './latencies.ts';

/** Requests and their results. */
export interface Tally {
  requests: number;
  failed: number;
  skipped: number;
  codes: Readonly<Record<string, number>>;
  /** Of all responses, expected or not. */
  latencies: Latencies;
  failures: readonly ProbeFailure[];
}

export const EMPTY_TALLY: Tally = {
  requests: 0,
  failed: 0,
  skipped: 0,
  codes: {},
  latencies: NO_LATENCIES,
  failures: [],
};

/** Limit on failed requests that are listed: a long outage must not exhaust memory. */
export const MOST_LISTED = 1_000;

/** @param pods names of the pods that were being replaced at the time */
export function withResult(tally: Tally, result: ProbeResult, pods: readonly string[]): Tally {
  const { failure: reason, ...rest } = result;
  const key = String(rest.code ?? 'none');
  const isListed = reason !== undefined && tally.failures.length < MOST_LISTED;
  return {
    ...tally,
    requests: tally.requests + 1,
    failed: tally.failed + (reason === undefined ? 0 : 1),
    codes: { ...tally.codes, [key]: (tally.codes[key] ?? 0) + 1 },
    latencies: rest.code === undefined ? tally.latencies : withLatency(tally.latencies, rest.tookMs),
    failures: isListed ? [...tally.failures, { ...rest, reason, pods }] : tally.failures,
  };
}

/** @param count requests that were due but never sent */
export function withSkipped(tally: Tally, count: number): Tally {
  return { ...tally, skipped: tally.skipped + count };
}

/** The tally of the last interval, as reported. */
export function sampleOf({ requests, failed, skipped, latencies }: Tally, forMs: number): ProbeSample {
  const { slowestMs } = latencies;
  return { forMs, requests, failed, skipped, medianMs: percentile(latencies, 0.5), slowestMs };
}

/** The tally of a complete run, as reported at the end. */
export function summaryOf(
  { latencies, ...counted }: Tally,
  { urls, unanswered }: Pick<ProbeSummary, 'urls' | 'unanswered'>,
): ProbeSummary {
  return {
    urls,
    ...counted,
    unanswered,
    medianMs: percentile(latencies, 0.5),
    percentile99Ms: percentile(latencies, 0.99),
    slowestMs: latencies.slowestMs,
  };
}
