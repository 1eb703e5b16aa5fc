import type { ProbeResult, ProbeSample } from '../../../../shared/drive/probe-news.ts';

export const URL_SHOWN = 'http://shop.test/';

/** A good answer, unless told otherwise. */
export function result(given: Partial<ProbeResult> = {}): ProbeResult {
  return {
    url: URL_SHOWN,
    connection: 'fresh',
    dueAtMs: 1_000,
    tookMs: 10,
    code: 200,
    failure: undefined,
    ...given,
  };
}

/** A second with twenty good answers, unless told otherwise. */
export function sample(given: Partial<ProbeSample> = {}): ProbeSample {
  return { forMs: 1_000, requests: 20, failed: 0, skipped: 0, medianMs: 10, slowestMs: 40, ...given };
}
