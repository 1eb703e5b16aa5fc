/** An eviction request as the API server holds it while admission is asked. */
export interface Eviction {
  name: string;
  /** The pod that the client, or the mutating webhook, has bound it to; undefined for one that is bound to nothing. */
  uid: string | undefined;
  /** The version that it is bound to as well, where no budget covered the pod then. */
  resourceVersion?: string | undefined;
  askedAtMs: number;
}

/** An admitted eviction that the API server has yet to carry out. */
export interface Permit {
  eviction: Eviction;
  precondition: { uid?: string | undefined; resourceVersion?: string | undefined } | undefined;
}

/** The API server gives a request up after this time (--request-timeout). */
const REQUEST_TIMEOUT_MS = 60_000;

export function isGivenUp({ askedAtMs }: Eviction, nowMs: number): boolean {
  return nowMs - askedAtMs >= REQUEST_TIMEOUT_MS;
}
