import { ConnectionError } from './kube.ts';

/** Header names in lower case; a list is sent as one header per value. */
export type OutgoingHeaders = Readonly<Record<string, string | string[]>>;

/** One HTTP exchange, below credentials and retries. */
export interface Exchange {
  method: string;
  /** Path with query. */
  path: string;
  headers: OutgoingHeaders;
  body?: string | undefined;
  /** Ends the exchange at any point, including its body, which then throws the signal's reason. */
  signal: AbortSignal;
}

export interface Answer {
  status: number;
  header(name: string): string | undefined;
  /**
   * The body's bytes. Throws WireError if the connection breaks before its end. Stopping early ends the
   * exchange without affecting others on the same connection.
   */
  body: AsyncIterable<Uint8Array>;
}

/** A connection to one server, or a pool that behaves like one. */
export interface Connection {
  /** False once it accepts no more exchanges; those in progress may continue. */
  readonly usable: boolean;
  /** True once everything is closed. */
  readonly closed: boolean;
  exchange(exchange: Exchange): Promise<Answer>;
  /** Accepts no more exchanges, and closes when those in progress have ended. */
  retire(): void;
  /** Closes immediately; exchanges in progress fail with WireError. */
  destroy(): void;
}

/** A ConnectionError that records whether the request may have reached the server. */
export class WireError extends ConnectionError {
  /** False only if the server certainly did not process the request. */
  readonly sent: boolean;
  /** True if a retry cannot succeed, as with an untrusted certificate. */
  readonly final: boolean;

  constructor(message: string, how: { sent: boolean; final?: boolean; cause?: unknown }) {
    super(message, { cause: how.cause });
    this.sent = how.sent;
    this.final = how.final ?? false;
  }
}
