import { compareText } from '../../../shared/kube/zones.ts';
import type { Finding, Severity } from './finding.ts';
import type { CheckInput, Gap, Topic } from './input.ts';
import { RULES } from './registry.ts';
import type { Rule } from './rule.ts';

const ORDER: readonly Severity[] = ['error', 'warning', 'info', 'skipped'];

/**
 * Runs the rules on one workload. A rule whose objects could not be read is reported as skipped; a rule whose objects are
 * not expected, such as pods among manifests, reports nothing.
 *
 * @returns findings by severity, then by id
 */
export function checkWorkload(input: CheckInput, rules: readonly Rule[] = RULES): Finding[] {
  return rules
    .flatMap((rule) => findingsOf(rule, input))
    .sort((a, b) => ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity) || compareText(a.id, b.id));
}

/** Ids of the rules that were not run because their objects are not expected. */
export function unchecked(gaps: readonly Gap[], rules: readonly Rule[] = RULES): string[] {
  return rules
    .filter(({ needs = [] }) => gapsAmong(needs, gaps).some(({ expected }) => expected))
    .map(({ id }) => id);
}

function findingsOf(rule: Rule, input: CheckInput): Finding[] {
  if (rule.concerns && !rule.concerns(input)) return [];
  const missing = gapsAmong(rule.needs ?? [], input.gaps);
  if (missing.some(({ expected }) => expected)) return [];
  if (missing.length > 0) return [skipped(rule, input, 'not checked', missing)];
  const { kind, namespace, name } = input.workload;
  const found = rule.check(input).map(
    ({ evidence, consequence, fix, patches = [], severity = rule.severity }): Finding => ({
      id: rule.id,
      severity,
      workload: { kind, namespace, name },
      evidence,
      consequence,
      fix,
      patches,
      source: rule.source,
    }),
  );
  const unseen = gapsAmong(rule.wants ?? [], input.gaps).filter(({ expected }) => !expected);
  return unseen.length > 0 ? [...found, skipped(rule, input, 'checked only partly', unseen)] : found;
}

function skipped(rule: Rule, input: CheckInput, how: string, gaps: readonly Gap[]): Finding {
  const { kind, namespace, name } = input.workload;
  return {
    id: rule.id,
    severity: 'skipped',
    workload: { kind, namespace, name },
    evidence: [],
    consequence: `${how}: ${gaps.map(({ reason }) => reason).join('; ')}`,
    fix: 'check again with the missing permissions or objects',
    patches: [],
    source: rule.source,
  };
}

function gapsAmong(topics: readonly Topic[], gaps: readonly Gap[]): Gap[] {
  return gaps.filter(({ topic }) => topics.includes(topic));
}
