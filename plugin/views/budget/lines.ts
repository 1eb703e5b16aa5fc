import { oneLine } from '../../../shared/format.ts';
import type { BudgetReporter } from '../../budget/events.ts';
import type { BudgetReport } from '../../budget/report.ts';
import {
  budgetRows,
  columnWidths,
  goneRow,
  notes,
  type TableOptions,
  tableHeader,
  tableLine,
} from '../../budget/table.ts';
import type { OutputStream } from '../../cli/context.ts';
import { writeLine } from '../../cli/output.ts';
import { drained } from '../narration/stream.ts';

/**
 * Writes the table, and then each new or changed row, like `kubectl get -w`, and one for each deleted budget: column
 * widths are those of the first table. Notes and watch errors go to stderr.
 */
export function budgetLines({
  stdout,
  stderr,
  table,
}: {
  stdout: OutputStream;
  stderr: OutputStream;
  table: TableOptions;
}): BudgetReporter {
  let widths: readonly number[] | undefined;
  let written: ReadonlySet<string> = new Set();
  let known: readonly BudgetReport[] = [];
  let noted: ReadonlySet<string> = new Set();
  return {
    report(event) {
      if (event.type === 'lost') writeLine(stderr, `warning: the watch is broken: ${oneLine(event.reason)}`);
      if (event.type === 'restored') writeLine(stderr, 'the watch is restored');
      if (event.type !== 'reports') return;
      const rows = budgetRows(event.reports, table);
      if (widths === undefined && rows.length > 0) {
        const header = tableHeader(table);
        widths = columnWidths([header, ...rows]);
        writeLine(stdout, tableLine(header, widths));
      }
      const lines = rows.map((cells) => tableLine(cells, widths ?? []));
      for (const line of lines) if (!written.has(line)) writeLine(stdout, line);
      written = new Set(lines);
      for (const each of missingFrom(event.reports, known)) {
        writeLine(stdout, tableLine(goneRow(each, table), widths ?? []));
      }
      known = event.reports;
      const talk = notes(event.reports);
      for (const note of talk) if (!noted.has(note)) writeLine(stderr, `warning: ${note}`);
      noted = new Set(talk);
    },
    close: () => drained(stdout),
  };
}

function missingFrom(now: readonly BudgetReport[], before: readonly BudgetReport[]): BudgetReport[] {
  const keyOf = ({ namespace, name }: BudgetReport) => `${namespace}/${name}`;
  const present = new Set(now.map(keyOf));
  return before.filter((each) => !present.has(keyOf(each)));
}
