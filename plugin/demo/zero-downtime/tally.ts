/** What clients saw, as counts. */

/** How a client connects: anew for each request, or over connections that it keeps. */
export const CONNECTIONS = ['fresh', 'kept-alive'] as const;
export type Connection = (typeof CONNECTIONS)[number];

/** An HTTP status, or `none` where the connection ended without one. */
export type Code = number | 'none';

/** One request, once it has ended. */
export interface Sample {
  connection: Connection;
  code: Code;
  /** How long it took by the sandbox's clock. */
  tookMs: number;
}

/** The requests of one code. */
export interface CodeCount {
  code: Code;
  count: Readonly<Record<Connection, number>>;
  /** By the sandbox's clock. */
  slowestMs: number;
}

/** By code; the order is that of the codes, `none` last. */
export type Tally = readonly CodeCount[];

export const NOTHING: Tally = [];

/** The tally with one request more. */
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

/** Requests that did not get a 200. */
export function failuresIn(tally: Tally): number {
  return requestsIn(tally.filter(({ code }) => code !== 200));
}

export function totalOf(count: CodeCount['count']): number {
  return CONNECTIONS.reduce((sum, connection) => sum + count[connection], 0);
}

function rank(code: Code): number {
  return code === 'none' ? Number.POSITIVE_INFINITY : code;
}
