import { oneLine, plural } from '../../shared/format.ts';
import type { OutputStream } from '../cli/context.ts';
import { writeLine, writeLines } from '../cli/output.ts';
import type { Evidence, Finding, Severity, WorkloadName } from './decide/finding.ts';
import { RULES } from './decide/registry.ts';
import type { CheckReport } from './report.ts';

const INDENT = '         ';

/**
 * Findings as blocks of lines: the evidence, the consequence, the fix. Rules that could not be checked are listed once for
 * each reason.
 *
 * @param options `wide` adds the reason for the rule, and its documentation
 */
export function printReport(report: CheckReport, options: { wide: boolean }, stdout: OutputStream): void {
  for (const workload of report.workloads) {
    const findings = report.findings.filter((finding) => isOf(finding, workload));
    writeLines(stdout, [...workloadLines(workload, findings, options.wide), '']);
  }
  writeLine(stdout, summaryLine(report));
}

function workloadLines(workload: WorkloadName, findings: readonly Finding[], wide: boolean): string[] {
  const { kind, namespace, name } = workload;
  const heading = `${kind.toLowerCase()}/${name} in ${namespace}`;
  if (findings.length === 0) return [`${heading}: no findings`];
  const shown = findings.filter(({ severity }) => severity !== 'skipped');
  const skipped = findings.filter(({ severity }) => severity === 'skipped');
  return [heading, ...shown.flatMap((finding) => findingLines(finding, wide)), ...skippedLines(skipped)];
}

function findingLines(finding: Finding, wide: boolean): string[] {
  const rule = RULES.find(({ id }) => id === finding.id);
  return [
    `${finding.severity.padEnd(INDENT.length)}${finding.id}: ${rule?.title ?? ''}`,
    ...finding.evidence.map(
      (each, at) => `${INDENT}${at === 0 ? 'seen   ' : '       '}${evidenceText(each)}`,
    ),
    `${INDENT}then   ${oneLine(finding.consequence)}`,
    `${INDENT}fix    ${oneLine(finding.fix)}`,
    ...(wide ? [`${INDENT}why    ${rule?.why ?? ''}`, `${INDENT}see    ${finding.source}`] : []),
  ];
}

function evidenceText({ object, field, value }: Evidence): string {
  return oneLine(value === null ? `${object} ${field}: not set` : `${object} ${field}: ${value}`);
}

function skippedLines(findings: readonly Finding[]): string[] {
  const byReason = Map.groupBy(findings, ({ consequence }) => consequence);
  return [...byReason].map(
    ([reason, those]) =>
      `${'skipped'.padEnd(INDENT.length)}${oneLine(reason)}: ${those.map(({ id }) => id).join(', ')}`,
  );
}

const NOUNS: readonly (readonly [Severity, string])[] = [
  ['error', 'error'],
  ['warning', 'warning'],
  ['info', 'note'],
];

function summaryLine({ workloads, summary }: CheckReport): string {
  const counts = NOUNS.flatMap(([severity, noun]) =>
    summary[severity] > 0 ? [plural(summary[severity], noun)] : [],
  );
  if (summary.skipped > 0) counts.push(`${plural(summary.skipped, 'rule')} not checked`);
  return `${plural(workloads.length, 'workload')}: ${counts.length > 0 ? counts.join(', ') : 'no findings'}`;
}

function isOf(finding: Finding, { kind, namespace, name }: WorkloadName): boolean {
  const { workload } = finding;
  return workload.kind === kind && workload.namespace === namespace && workload.name === name;
}
