import { timingSafeEqual } from 'node:crypto';

/** Distinguishes requests of the API server from those of other clients. */
export interface Callers {
  /** @param token the last segment of the path, if any */
  isApiServer(token: string | undefined): boolean;
}

export interface CallerOptions {
  /** The token in the paths of the webhook configurations; undefined if there is none. */
  token: () => string | undefined;
  /** If false, every client that can connect may send reviews. */
  required: boolean;
}

/**
 * Identifies the API server by a token that only the webhook configurations and the webhook's Secret contain. Without a
 * token, or if none is required, every client is treated as the API server.
 */
export function callersByToken({ token, required }: CallerOptions): Callers {
  return {
    isApiServer(given) {
      const wanted = required ? token() : undefined;
      if (wanted === undefined) return true;
      const a = Buffer.from(given ?? '');
      const b = Buffer.from(wanted);
      return a.length === b.length && timingSafeEqual(a, b);
    },
  };
}
