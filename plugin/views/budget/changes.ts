import type { BudgetReport } from '../../budget/report.ts';

/** What has changed since something was last told. */
export interface Changes {
  changed: readonly BudgetReport[];
  gone: readonly Pick<BudgetReport, 'namespace' | 'name'>[];
  /** What is told then: the report of each budget as text. */
  next: ReadonlyMap<string, string>;
}

/** Compares reports with what was told before. */
export function changedReports(told: ReadonlyMap<string, string>, reports: readonly BudgetReport[]): Changes {
  const next = new Map(reports.map((report) => [keyOf(report), JSON.stringify(report)]));
  return {
    changed: reports.filter((report) => told.get(keyOf(report)) !== next.get(keyOf(report))),
    gone: [...told.keys()]
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
