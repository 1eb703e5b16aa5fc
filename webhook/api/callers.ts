import { timingSafeEqual } from 'node:crypto';

/** Tells the API server's requests from those of others who reach the port. */
export interface Callers {
  /** @param token the last segment of the path, where it has one */
  isApiServer(token: string | undefined): boolean;
}

export interface CallerOptions {
  /** What the webhook configurations have in their paths; undefined where there is none. */
  token: () => string | undefined;
  /** False lets everybody ask who can connect. */
  required: boolean;
}

/**
 * Knows the API server by a token that only the webhook configurations and the webhook's Secret hold. Where there is
 * none, or none is required, whoever could connect is taken for the API server.
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
