import { ConnectionError } from './kube.ts';

/** Header names in lower case; a list is sent as one header for each value. */
export type OutgoingHeaders = Readonly<Record<string, string | string[]>>;

/** One HTTP exchange, below credentials and retries. */
export interface Exchange {
  method: string;
  /** Path with query. */
  path: string;
  headers: OutgoingHeaders;
  body?: string | undefined;
  /** Ends the exchange at any point, its body included; what is thrown then is the signal's reason. */
  signal: AbortSignal;
}

export interface Answer {
  status: number;
  header(name: string): string | undefined;
  /** The body's bytes. Throws WireError when the connection breaks before its end. Leaving it early ends the
   * exchange without harm to others on the same connection. */
  body: AsyncIterable<Uint8Array>;
}

/** A connection to one server, or a pool of them that behaves like one. */
export interface Connection {
  /** False once it takes no more exchanges; those under way may still go on. */
  readonly usable: boolean;
  /** True once nothing of it is left open. */
  readonly closed: boolean;
  exchange(exchange: Exchange): Promise<Answer>;
  /** Takes no more exchanges, and closes as soon as the ones under way have ended. */
  retire(): void;
  /** Closes at once; exchanges under way fail with WireError. */
  destroy(): void;
}

/** A ConnectionError that knows whether the request may have reached the server. */
export class WireError extends ConnectionError {
  /** False only if the server certainly did not act on the request. */
  readonly sent: boolean;
  /** True when trying again cannot help, such as for a certificate that is not trusted. */
  readonly final: boolean;

  constructor(message: string, how: { sent: boolean; final?: boolean; cause?: unknown }) {
    super(message, { cause: how.cause });
    this.sent = how.sent;
    this.final = how.final ?? false;
  }
}
