import type { ConnectOptions } from '../../shared/kube/connect.ts';
import type { Kube } from '../../shared/kube/kube.ts';
import type { Context } from '../context.ts';
import { EXIT, type ExitCode } from '../errors.ts';
import { writeDocument, writeLine, writeLines } from '../output.ts';
import { printData, resourceName } from '../views/budget/print.ts';
import {
  budgetRows,
  columnWidths,
  notes,
  type TableOptions,
  tableHeader,
  tableLine,
} from '../views/budget/table.ts';
import { fetchState, type Scope } from './fetch.ts';
import { type BudgetReport, reportBudgets } from './report.ts';

/** `kubectl zone budget` as its flags say. */
export interface ListRequest {
  name: string | undefined;
  allNamespaces: boolean;
  /** Of labels of budgets. */
  selector: string | undefined;
  watch: boolean;
  output: 'wide' | 'json' | 'yaml' | 'name' | undefined;
  connection: ConnectOptions;
}

/**
 * Shows budgets with their pods as they are now, once or until interrupted.
 *
 * @returns 1 where a budget cannot be read; all others are shown nevertheless
 */
export async function listBudgets(request: ListRequest, context: Context): Promise<ExitCode> {
  const kube = await context.connect(request.connection);
  try {
    const scope = scopeOf(request, kube);
    if (request.watch) {
      const { watchBudgets } = await import('./watch.ts');
      return await watchBudgets(kube, scope, request, context);
    }
    const state = await fetchState(kube, scope);
    const reports = reportBudgets(state, context.clock.nowMs() + kube.clockSkewMs);
    await print(reports, request, scope, context);
    return state.malformed.length > 0 ? EXIT.failed : EXIT.done;
  } finally {
    await kube.close();
  }
}

function scopeOf({ name, allNamespaces, selector }: ListRequest, kube: Kube): Scope {
  return { namespace: allNamespaces ? undefined : kube.namespace, name, selector };
}

/** How the table of a request looks. */
export function tableOptions({ allNamespaces, output }: ListRequest): TableOptions {
  return { namespaces: allNamespaces, wide: output === 'wide' };
}

/** Says that there is nothing, as kubectl does. */
export function noneFound({ namespace }: Scope): string {
  return namespace === undefined ? 'No resources found' : `No resources found in ${namespace} namespace.`;
}

async function print(
  reports: readonly BudgetReport[],
  request: ListRequest,
  scope: Scope,
  { stdout, stderr }: Context,
): Promise<void> {
  const { output } = request;
  if (output === 'json' || output === 'yaml') {
    // One that was named is shown by itself, several as a list.
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
