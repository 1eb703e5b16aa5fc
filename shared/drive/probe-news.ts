/** How a request reaches the server: over a connection that is kept alive between requests, or over one of its own. */
export type Connection = 'kept-alive' | 'fresh';

export const CONNECTIONS: readonly Connection[] = ['kept-alive', 'fresh'];

/** What became of one request. */
export interface ProbeResult {
  /** As it may be shown. */
  url: string;
  connection: Connection;
  /** When the rhythm wanted it sent, ms since the epoch. */
  dueAtMs: number;
  /** From then until the answer was complete, or the request was given up. */
  tookMs: number;
  /** HTTP status; undefined without an answer. */
  code?: number | undefined;
  /** Why it counts as failed: an unexpected status, or what the network says; undefined when it does not. */
  failure: string | undefined;
}

export interface ProbeFailure extends Omit<ProbeResult, 'failure'> {
  reason: string;
  /** Names of the pods that were being replaced while it was under way. */
  pods: readonly string[];
}

/** What was asked of the addresses in a stretch of time; counts are of requests whose end came in it. */
export interface ProbeSample {
  forMs: number;
  requests: number;
  failed: number;
  /** Requests that fell due while this machine stood still, and were never sent. */
  skipped: number;
  /** Half of the answers took no longer; undefined when there was none. */
  medianMs?: number | undefined;
  slowestMs?: number | undefined;
}

/** What became of all requests of a run. */
export interface ProbeSummary {
  urls: readonly string[];
  requests: number;
  failed: number;
  skipped: number;
  /** Still without an answer when the run ended; neither good nor failed. */
  unanswered: number;
  /** Requests by status, and `none` for those without an answer. */
  codes: Readonly<Record<string, number>>;
  medianMs?: number | undefined;
  /** Of a hundred answers, 99 took no longer. */
  percentile99Ms?: number | undefined;
  slowestMs?: number | undefined;
  /** The first ones, in the order in which they failed; `failed` counts all. */
  failures: readonly ProbeFailure[];
}

/** What probes report while they run. */
export type ProbeNews =
  | ({ type: 'probes' } & ProbeSample)
  /** Told when it has failed; it was due `tookMs` before. */
  | {
      type: 'probe-failed';
      url: string;
      connection: Connection;
      code?: number | undefined;
      reason: string;
      tookMs: number;
      pods: readonly string[];
    };
