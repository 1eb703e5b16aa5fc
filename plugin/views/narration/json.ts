import type { OutputStream } from '../../cli/context.ts';
import { writeJson } from '../../cli/output.ts';
import { drained } from './stream.ts';

/** What is written in place of a snapshot. */
export interface Progress {
  /** Values whose changes are reported. */
  counts: Readonly<Record<string, number>>;
  /** Values that may change without a new line. */
  estimates?: Readonly<Record<string, unknown>>;
  /** A change of this value produces a line even if no count has changed. */
  step?: number | undefined;
}

interface JsonReporter<E> {
  report(event: E): void;
  close(): Promise<void>;
}

/**
 * Writes every event as one object, a line of JSON or a YAML document: `time` (RFC 3339, UTC, milliseconds) in place of `atMs`, then `type`
 * and its fields; unknown values are omitted. Snapshots are omitted: a `progress` line reports when one of the counts
 * or `step` has changed.
 *
 * @param progressOf undefined for every event that is not a snapshot
 * @param write see `dataWriter`; lines of JSON by default
 */
export function jsonReporter<E extends { atMs: number; type: string }>(
  stdout: OutputStream,
  progressOf: (event: E) => Progress | undefined,
  write: (data: object) => void = (data) => writeJson(stdout, data),
): JsonReporter<E> {
  let last: string | undefined;
  return {
    report(event) {
      const { atMs, ...fields } = event;
      const progress = progressOf(event);
      if (!progress) return write(timed(atMs, fields));
      const { counts, estimates, step } = progress;
      const reported = JSON.stringify([counts, step]);
      if (reported === last) return;
      last = reported;
      write(timed(atMs, { type: 'progress', ...counts, ...estimates }));
    },
    close: () => drained(stdout),
  };
}

/** The fields of a JSON line, with the time first. */
export function timed(atMs: number, fields: object): object {
  return { time: new Date(atMs).toISOString(), ...fields };
}
