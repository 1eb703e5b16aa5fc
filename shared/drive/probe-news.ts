/** How a request reaches the server: over a connection kept alive between requests, or over a new one. */
export type Connection = 'kept-alive' | 'fresh';

export const CONNECTIONS: readonly Connection[] = ['kept-alive', 'fresh'];

/** The result of one request. */
export interface ProbeResult {
  /** In a form that may be displayed. */
  url: string;
  connection: Connection;
  /** When it was scheduled to be sent, in epoch ms. */
  dueAtMs: number;
  /** From then until the response was complete, or the request timed out. */
  tookMs: number;
  /** HTTP status; undefined without a response. */
  code?: number | undefined;
  /** Why it failed: an unexpected status, or the network error; undefined if it did not. */
  failure: string | undefined;
}

export interface ProbeFailure extends Omit<ProbeResult, 'failure'> {
  reason: string;
  /** Names of the pods that were being replaced during the request. */
  pods: readonly string[];
}

/** Results over a period of time; counts are of requests that ended in it. */
export interface ProbeSample {
  forMs: number;
  requests: number;
  failed: number;
  /** Requests that were due while this machine was suspended, and were never sent. */
  skipped: number;
  /** Median response time; undefined without responses. */
  medianMs?: number | undefined;
  slowestMs?: number | undefined;
}

/** Results of all requests of a run. */
export interface ProbeSummary {
  urls: readonly string[];
  requests: number;
  failed: number;
  skipped: number;
  /** Unanswered when the run ended; neither successful nor failed. */
  unanswered: number;
  /** Requests by status; `none` for those without a response. */
  codes: Readonly<Record<string, number>>;
  medianMs?: number | undefined;
  /** 99th percentile of response times. */
  percentile99Ms?: number | undefined;
  slowestMs?: number | undefined;
  /** The first failures, in order; `failed` counts all. */
  failures: readonly ProbeFailure[];
}

/** Events of probes. */
export type ProbeNews =
  | ({ type: 'probes' } & ProbeSample)
  /** Reported when it failed; it was due `tookMs` earlier. */
  | {
      type: 'probe-failed';
      url: string;
      connection: Connection;
      code?: number | undefined;
      reason: string;
      tookMs: number;
      pods: readonly string[];
    };
