import { oneLine } from '../../../shared/format.ts';
import { columnWidths, tableLine } from '../../budget/table.ts';
import type { OutputStream } from '../../cli/context.ts';
import { writeLine } from '../../cli/output.ts';
import type { StatusReporter } from '../../status/events.ts';
import { type StatusTableOptions, statusCells, statusHeader, statusNotes } from '../../status/table.ts';
import { drained } from '../narration/stream.ts';

/**
 * Writes the table, and then each new or changed row, like `kubectl get -w`, and one for each workload that is gone:
 * column widths are those of the first table. Notes and watch errors go to stderr.
 */
export function statusLines({
  stdout,
  stderr,
  table,
}: {
  stdout: OutputStream;
  stderr: OutputStream;
  table: StatusTableOptions;
}): StatusReporter {
  const header = statusHeader(table);
  let widths: readonly number[] | undefined;
  let written: ReadonlyMap<string, string> = new Map();
  let noted: ReadonlySet<string> = new Set();
  return {
    report(event) {
      if (event.type === 'lost') writeLine(stderr, `warning: the watch is broken: ${oneLine(event.reason)}`);
      if (event.type === 'restored') writeLine(stderr, 'the watch is restored');
      if (event.type !== 'status') return;
      const rows = event.status.items.map((row) => ({ row, cells: statusCells(row, table) }));
      if (widths === undefined && rows.length > 0) {
        widths = columnWidths([header, ...rows.map(({ cells }) => cells)]);
        writeLine(stdout, tableLine(header, widths));
      }
      const names = table.namespaces ? 2 : 1;
      const lines = new Map(
        rows.map(({ cells }) => [cells.slice(0, names).join('/'), tableLine(cells, widths ?? [])]),
      );
      for (const [name, line] of lines) if (written.get(name) !== line) writeLine(stdout, line);
      for (const name of written.keys()) {
        if (!lines.has(name))
          writeLine(
            stdout,
            tableLine(
              [
                ...name.split('/').slice(0, names - 1),
                name
                  .split('/')
                  .slice(names - 1)
                  .join('/'),
                '<gone>',
              ],
              widths ?? [],
            ),
          );
      }
      written = lines;
      const notes = statusNotes(event.status);
      for (const note of notes) if (!noted.has(note)) writeLine(stderr, note);
      noted = new Set(notes);
    },
    close: () => drained(stdout),
  };
}
