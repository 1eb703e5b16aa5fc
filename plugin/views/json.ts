import type { OutputStream } from '../context.ts';
import type { Reporter, RolloutEvent } from '../rollout/events.ts';
import { drained } from './stream.ts';

interface Progress {
  type: 'progress';
  updated: number;
  total: number;
  down: number;
  /** Absent while there is nothing to estimate it from. */
  remainingMs: number | undefined;
}

/**
 * Writes every event as one JSON object a line: `time` (RFC 3339, UTC, milliseconds) in place of `atMs`, then `type`
 * and its fields; what is unknown is absent. Snapshots are left out: a `progress` line says when the number of
 * updated or unavailable pods has changed.
 */
export function jsonReporter(stdout: OutputStream): Reporter {
  let last: Progress | undefined;
  return {
    report(event) {
      if (event.type !== 'snapshot') return void stdout.write(jsonLine(event.atMs, withoutTime(event)));
      const { updated, total, down, remainingMs } = event.snapshot;
      if (last?.updated === updated && last.down === down) return;
      last = { type: 'progress', updated, total, down, remainingMs };
      stdout.write(jsonLine(event.atMs, last));
    },
    close: () => drained(stdout),
  };
}

function withoutTime({ atMs: _, ...fields }: Exclude<RolloutEvent, { type: 'snapshot' }>) {
  return fields;
}

function jsonLine(atMs: number, fields: { type: string }): string {
  return `${JSON.stringify({ time: new Date(atMs).toISOString(), ...fields })}\n`;
}
