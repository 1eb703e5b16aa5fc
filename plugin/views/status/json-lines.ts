import { oneLine } from '../../../shared/format.ts';
import type { OutputStream } from '../../cli/context.ts';
import { writeLine } from '../../cli/output.ts';
import type { StatusRow } from '../../status/decide/rows.ts';
import type { StatusReporter, WorkloadName } from '../../status/events.ts';
import { timed } from '../narration/json.ts';
import { drained } from '../narration/stream.ts';

/**
 * Writes each new or changed workload as one object: `time` (RFC 3339), `type` (`changed`, or `gone`), and its row.
 *
 * @param write see `dataWriter`
 */
export function statusJsonLines(
  stdout: OutputStream,
  stderr: OutputStream,
  write: (data: object) => void,
): StatusReporter {
  let last: ReadonlyMap<string, { row: StatusRow; text: string }> = new Map();
  return {
    report(event) {
      if (event.type === 'lost') writeLine(stderr, `warning: the watch is broken: ${oneLine(event.reason)}`);
      if (event.type !== 'status') return;
      const { items } = event.status;
      const next = new Map(items.map((row) => [keyOf(row), { row, text: JSON.stringify(row) }]));
      for (const [key, { row, text }] of next) {
        if (last.get(key)?.text !== text) write(timed(event.atMs, { type: 'changed', workload: row }));
      }
      for (const [key, { row }] of last) {
        const { kind, namespace, name } = row;
        if (!next.has(key)) write(timed(event.atMs, { type: 'gone', workload: { kind, namespace, name } }));
      }
      last = next;
    },
    close: () => drained(stdout),
  };
}

function keyOf({ kind, namespace, name }: WorkloadName): string {
  return `${kind}/${namespace}/${name}`;
}
