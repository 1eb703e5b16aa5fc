import { firstNames, oneLine } from '../../shared/format.ts';
import type { BudgetReport, ZoneReport } from './report.ts';
import { NEVER_COUNTED } from './staleness.ts';

/** Optional columns of a table of budgets. */
export interface TableOptions {
  /** Whether to show the namespace. */
  namespaces: boolean;
  /** Show all names instead of the first few. */
  wide: boolean;
}

/** One row per zone and budget; every row is complete, for use with grep and awk. */
export function budgetRows(reports: readonly BudgetReport[], options: TableOptions): string[][] {
  return reports.flatMap((report) => {
    const zones = report.zones.length > 0 ? report.zones : [undefined];
    return zones.map((zone) => row(report, zone, options));
  });
}

export function tableHeader({ namespaces, wide }: TableOptions): string[] {
  return [
    ...(namespaces ? ['NAMESPACE'] : []),
    'NAME',
    'ZONE',
    'HEALTHY',
    'RESERVED',
    'ALLOWED',
    'MAX UNAVAILABLE',
    ...(wide ? ['DRY RUN', 'RESERVED PODS'] : []),
    'UNAVAILABLE',
  ];
}

function row(
  report: BudgetReport,
  zone: ZoneReport | undefined,
  { namespaces, wide }: TableOptions,
): string[] {
  return [
    ...(namespaces ? [report.namespace] : []),
    report.name,
    zone ? (zone.zone ?? '<unknown>') : '<none>',
    zone ? `${zone.healthy}/${zone.expected}` : '-',
    zone ? String(zone.reserved.length) : '-',
    zone ? String(zone.allowed) : '-',
    maxUnavailableText(report),
    ...(wide ? [String(report.dryRun), zone?.reserved.join(',') ?? ''] : []),
    zone ? unavailable(zone, wide) : report.malformed ? `<${report.problem}>` : '',
  ].map(oneLine);
}

/** The row for a deleted budget. */
export function goneRow(
  { namespace, name }: Pick<BudgetReport, 'namespace' | 'name'>,
  { namespaces, wide }: TableOptions,
): string[] {
  const columns = tableHeader({ namespaces, wide }).length;
  const row = [...(namespaces ? [namespace] : []), name, '<gone>'];
  return [...row, ...Array<string>(columns - row.length - 1).fill('-'), ''].map(oneLine);
}

/** `4 (33%)`: the number of pods, and the value in the spec. */
export function maxUnavailableText({ maxUnavailable, maxUnavailablePods }: BudgetReport): string {
  if (maxUnavailablePods === undefined) return maxUnavailable || '<none>';
  return maxUnavailable.endsWith('%')
    ? `${maxUnavailablePods} (${maxUnavailable})`
    : String(maxUnavailablePods);
}

/** Unavailable pods with the reason of each, all of them with `wide`. */
export function unavailable({ unavailable: pods }: ZoneReport, wide: boolean): string {
  const names = pods.map(({ pod, why }) => `${pod} (${why})`);
  return wide ? names.join(', ') : firstNames(names);
}

/** The column widths of a table. */
export function columnWidths(rows: readonly (readonly string[])[]): number[] {
  const widths: number[] = [];
  for (const cells of rows) {
    for (const [index, cell] of cells.entries()) widths[index] = Math.max(widths[index] ?? 0, cell.length);
  }
  return widths;
}

/** A line of a table, with three spaces between columns as in kubectl. */
export function tableLine(cells: readonly string[], widths: readonly number[]): string {
  return cells
    .map((cell, index) => cell.padEnd(widths[index] ?? 0))
    .join('   ')
    .trimEnd();
}

/** Notes that are not in the table: budgets that cannot be counted, and those whose stored status is outdated. */
export function notes(reports: readonly BudgetReport[]): string[] {
  const uncounted = reports.filter(({ stale }) => stale.includes(NEVER_COUNTED));
  const names = uncounted.map(({ namespace, name }) => `${namespace}/${name}`);
  return [
    ...(names.length === 0
      ? []
      : [`no webhook has counted the pods of ${firstNames(names, 5)} yet, so they may not be enforced`]),
    ...reports.flatMap(({ namespace, name, problem, stale, malformed }) => {
      const prefix = `budget ${namespace}/${name}:`;
      const behind = stale.filter((each) => each !== NEVER_COUNTED);
      return [
        // The table already shows it if there are no zones.
        ...(problem === undefined || malformed ? [] : [`${prefix} ${oneLine(problem)}`]),
        ...(behind.length === 0 ? [] : [`${prefix} its status is outdated: ${oneLine(behind.join('; '))}`]),
      ];
    }),
  ];
}
