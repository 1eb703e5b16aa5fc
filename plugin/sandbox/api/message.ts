import type { User } from './admission-review.ts';
import type { Sink } from './watch.ts';

/** The representation that a client asked for in its Accept header. */
export type Representation = 'json' | 'table' | 'metadata' | 'aggregated';

/** A request as the API sees it, whichever HTTP version carried it. */
export interface ApiRequest {
  method: string;
  path: string;
  query: URLSearchParams;
  representation: Representation;
  /** The Accept header as it came, for what is behind the proxy; empty without one. */
  accept: string;
  contentType: string | undefined;
  /** Empty without one. */
  userAgent: string;
  user: User;
  /** The body as JSON, `undefined` when it is empty. @throws StatusError BadRequest */
  body(): Promise<unknown>;
}

/** What the API answers: JSON text, other text, plain unless its headers say otherwise, or a watch that writes until it is ended. */
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
