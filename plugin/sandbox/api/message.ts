import type { User } from './admission-review.ts';
import type { Sink } from './watch.ts';

/** The representation requested by the Accept header. */
export type Representation = 'json' | 'table' | 'metadata' | 'aggregated';

/** A request to the API, independent of the HTTP version. */
export interface ApiRequest {
  method: string;
  path: string;
  query: URLSearchParams;
  representation: Representation;
  /** The unparsed Accept header, for servers behind the proxy; empty without one. */
  accept: string;
  contentType: string | undefined;
  /** Empty without one. */
  userAgent: string;
  user: User;
  /** The body as JSON, `undefined` if it is empty. @throws StatusError BadRequest */
  body(): Promise<unknown>;
}

/**
 * A response of the API: JSON text, other text (plain unless its headers say otherwise), or a watch that writes until
 * it is ended.
 */
export type Reply =
  | {
      kind: 'json';
      code: number;
      json: string;
      contentType?: string;
      warnings?: readonly string[];
      retryAfterS?: number;
    }
  | { kind: 'text'; code: number; text: string; headers?: Readonly<Record<string, string>> }
  | { kind: 'watch'; start: (sink: Sink) => () => void };

export function json(code: number, value: object | string, warnings: readonly string[] = []): Reply {
  return { kind: 'json', code, json: typeof value === 'string' ? value : JSON.stringify(value), warnings };
}
