import pino from 'pino';
import type { ConnectionState } from '../../shared/kube/watch-cache.ts';

/** The part of structured logging that the webhook uses. */
export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/**
 * JSON lines on stdout, synchronous so that the last lines before a crash are not lost.
 *
 * @param level `debug`, `info`, `warn`, `error` or `silent`
 */
export function createLog(level: string): Log {
  const options = { level, base: null, timestamp: pino.stdTimeFunctions.isoTime };
  return pino(
    { ...options, formatters: { level: (label) => ({ level: label }) } },
    pino.destination({ fd: 1, sync: true }),
  );
}

export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} };

/** The message of an unknown thrown value. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Logs that the watch of a resource broke and why, or that it recovered. */
export function logConnection(log: Log, resource: string, state: ConnectionState): void {
  if (state.kind === 'restored') log.info({ resource, afterMs: state.afterMs }, 'watch is live again');
  else log.warn({ resource, reason: state.reason, retryInMs: state.retryInMs }, 'watch is broken');
}
