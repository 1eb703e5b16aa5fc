import type { Kube } from '../../shared/kube/kube.ts';
import type { Context } from '../cli/context.ts';
import { EXIT, type ExitCode } from '../cli/errors.ts';
import { writeDocument, writeLine, writeLines } from '../cli/output.ts';
import { printData, resourceName } from '../cli/print-data.ts';
import type { OpenBudgetReporter } from './events.ts';
import { fetchState, type Scope } from './fetch.ts';
import { type BudgetReport, reportBudgets } from './report.ts';
import { type ListRequest, noneFound, tableOptions } from './request.ts';
import { budgetRows, columnWidths, notes, tableHeader, tableLine } from './table.ts';

/**
 * Shows budgets with the current state of their pods, once or until interrupted.
 *
 * @returns 1 if a budget cannot be read; all others are still shown
 */
export async function listBudgets(
  request: ListRequest,
  context: Context,
  openReporter: OpenBudgetReporter,
): Promise<ExitCode> {
  const kube = await context.connect(request.connection);
  try {
    const scope = scopeOf(request, kube);
    if (request.watch) {
      const { watchBudgets } = await import('./watch.ts');
      return await watchBudgets(kube, scope, request, context, openReporter);
    }
    const state = await fetchState(kube, scope, context.clock);
    const reports = reportBudgets(state, kube.serverNowMs());
    await print(reports, request, scope, context);
    return state.malformed.length > 0 ? EXIT.failed : EXIT.done;
  } finally {
    await kube.close();
  }
}

function scopeOf({ name, allNamespaces, selector }: ListRequest, kube: Kube): Scope {
  return { namespace: allNamespaces ? undefined : kube.namespace, name, selector };
}

async function print(
  reports: readonly BudgetReport[],
  request: ListRequest,
  scope: Scope,
  { stdout, stderr }: Context,
): Promise<void> {
  const { output } = request;
  if (output === 'json' || output === 'yaml') {
    // A single named budget is printed as an object, several as a list.
    const shown = request.name === undefined ? { items: reports } : reports[0];
    writeDocument(stdout, await printData(shown, output));
    return;
  }
  if (output === 'name') {
    for (const { name } of reports) writeLine(stdout, resourceName(name));
    for (const { namespace, name, problem } of reports.filter(({ malformed }) => malformed)) {
      writeLine(stderr, `warning: budget ${namespace}/${name}: ${problem}`);
    }
    return;
  }
  if (reports.length === 0) {
    writeLine(stderr, noneFound(scope));
    return;
  }
  const options = tableOptions(request);
  const rows = [tableHeader(options), ...budgetRows(reports, options)];
  const widths = columnWidths(rows);
  writeLines(
    stdout,
    rows.map((cells) => tableLine(cells, widths)),
  );
  for (const note of notes(reports)) writeLine(stderr, `warning: ${note}`);
}
