/** Results of clients' requests, as counts. */

/** How a client connects: with a new connection for each request, or over kept-alive ones. */
export const CONNECTIONS = ['fresh', 'kept-alive'] as const;
export type Connection = (typeof CONNECTIONS)[number];

/** An HTTP status, or `none` if the connection ended without one. */
export type Code = number | 'none';

/** One completed request. */
export interface Sample {
  connection: Connection;
  code: Code;
  /** Duration on the sandbox's clock. */
  tookMs: number;
}

/** The requests with one code. */
export interface CodeCount {
  code: Code;
  count: Readonly<Record<Connection, number>>;
  /** On the sandbox's clock. */
  slowestMs: number;
}

/** Sorted by code, `none` last. */
export type Tally = readonly CodeCount[];

export const NOTHING: Tally = [];

/** The tally with one more request. */
export function counted(tally: Tally, { connection, code, tookMs }: Sample): Tally {
  const known = tally.find((each) => each.code === code) ?? {
    code,
    count: { fresh: 0, 'kept-alive': 0 },
    slowestMs: 0,
  };
  const next: CodeCount = {
    code,
    count: { ...known.count, [connection]: known.count[connection] + 1 },
    slowestMs: Math.max(known.slowestMs, tookMs),
  };
  return [...tally.filter((each) => each.code !== code), next].sort((a, b) => rank(a.code) - rank(b.code));
}

export function requestsIn(tally: Tally): number {
  return tally.reduce((sum, { count }) => sum + totalOf(count), 0);
}

/** Requests without a 200. */
export function failuresIn(tally: Tally): number {
  return requestsIn(tally.filter(({ code }) => code !== 200));
}

export function totalOf(count: CodeCount['count']): number {
  return CONNECTIONS.reduce((sum, connection) => sum + count[connection], 0);
}

function rank(code: Code): number {
  return code === 'none' ? Number.POSITIVE_INFINITY : code;
}
