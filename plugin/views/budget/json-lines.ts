import { oneLine } from '../../../shared/format.ts';
import type { BudgetReporter } from '../../budget/events.ts';
import type { OutputStream } from '../../cli/context.ts';
import { writeJson, writeLine } from '../../cli/output.ts';
import { timed } from '../narration/json.ts';
import { drained } from '../narration/stream.ts';
import { changedReports } from './changes.ts';

/**
 * Writes each budget that is new or has changed as one JSON object a line: `time` (RFC 3339), `type` (`changed`, or
 * `gone`), and its report.
 */
export function budgetJsonLines(stdout: OutputStream, stderr: OutputStream): BudgetReporter {
  let told: ReadonlyMap<string, string> = new Map();
  return {
    report(event) {
      if (event.type === 'lost') writeLine(stderr, `warning: the watch is broken: ${oneLine(event.reason)}`);
      if (event.type !== 'reports') return;
      const { changed, gone, next } = changedReports(told, event.reports);
      told = next;
      const lines = [
        ...changed.map((budget) => ({ type: 'changed', budget })),
        ...gone.map(({ namespace, name }) => ({ type: 'gone', budget: { namespace, name } })),
      ];
      for (const line of lines) writeJson(stdout, timed(event.atMs, line));
    },
    close: () => drained(stdout),
  };
}
