import { oneLine } from '../../../shared/format.ts';
import type { BudgetReporter } from '../../budget/events.ts';
import type { BudgetReport } from '../../budget/report.ts';
import type { OutputStream } from '../../cli/context.ts';
import { writeJson, writeLine } from '../../cli/output.ts';
import { timed } from '../narration/json.ts';
import { drained } from '../narration/stream.ts';

/**
 * Writes each new or changed budget as one object, a line of JSON or a YAML document: `time` (RFC 3339), `type` (`changed`, or `gone`), and
 * its report.
 */
export function budgetJsonLines(
  stdout: OutputStream,
  stderr: OutputStream,
  write: (data: object) => void = (data) => writeJson(stdout, data),
): BudgetReporter {
  let last: ReadonlyMap<string, string> = new Map();
  return {
    report(event) {
      if (event.type === 'lost') writeLine(stderr, `warning: the watch is broken: ${oneLine(event.reason)}`);
      if (event.type !== 'reports') return;
      const { changed, gone, next } = changedReports(last, event.reports);
      last = next;
      const lines = [
        ...changed.map((budget) => ({ type: 'changed', budget })),
        ...gone.map(({ namespace, name }) => ({ type: 'gone', budget: { namespace, name } })),
      ];
      for (const line of lines) write(timed(event.atMs, line));
    },
    close: () => drained(stdout),
  };
}

/** Changes since the last report. */
interface Changes {
  changed: readonly BudgetReport[];
  gone: readonly Pick<BudgetReport, 'namespace' | 'name'>[];
  /** The report of each budget as text, for comparison with the next reports. */
  next: ReadonlyMap<string, string>;
}

/** Compares reports with the last ones. */
function changedReports(last: ReadonlyMap<string, string>, reports: readonly BudgetReport[]): Changes {
  const next = new Map(reports.map((report) => [keyOf(report), JSON.stringify(report)]));
  return {
    changed: reports.filter((report) => last.get(keyOf(report)) !== next.get(keyOf(report))),
    gone: [...last.keys()]
      .filter((key) => !next.has(key))
      .map((key) => {
        const [namespace = '', name = ''] = key.split('/');
        return { namespace, name };
      }),
    next,
  };
}

function keyOf({ namespace, name }: BudgetReport): string {
  return `${namespace}/${name}`;
}
