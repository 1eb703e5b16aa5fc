import { oneLine } from '../../shared/format.ts';
import type { Explanation } from './explain.ts';

const VERDICTS: Readonly<Record<Explanation['verdict'], string>> = {
  admitted: 'would be admitted',
  denied: 'would be denied',
  unenforced: 'would be admitted although its budget denies it, because no webhook enforces the budget',
};

/** The explanation as text: the verdict, then the answer of each budget and what would change it. */
export function explanationLines(explanation: Explanation): string[] {
  const { pod, verdict, budgets, podDisruptionBudgets, enforcement } = explanation;
  const where = pod.zone ?? 'an unknown zone';
  const state = pod.available ? 'available' : `not available: ${pod.problem}`;
  const lines = [`pod ${pod.namespace}/${pod.name} of ${where} (${state})`, `eviction: ${VERDICTS[verdict]}`];
  for (const { name, dryRun, decision, stale } of budgets) {
    const answer = decision.kind === 'allow' ? 'allows' : dryRun ? 'would deny, but only warns' : 'denies';
    lines.push('', `ZoneDisruptionBudget ${name}: ${answer}`, `  ${decision.reason}`);
    if (decision.fix !== undefined) lines.push(`  ${decision.fix}`);
    if (stale.length > 0) lines.push(`  its status is outdated: ${stale.join('; ')}`);
  }
  if (budgets.length === 0) lines.push('', 'no ZoneDisruptionBudget covers the pod');
  for (const { name, allows, reason } of podDisruptionBudgets) {
    lines.push('', `PodDisruptionBudget ${name}: ${allows ? 'allows' : 'denies'}`, `  ${reason}`);
  }
  if (enforcement.kind === 'not-enforced' && budgets.length > 0) {
    lines.push(
      '',
      `no webhook enforces zone disruption budgets in ${pod.namespace}: ${enforcement.reason}`,
      `  ${enforcement.fix}`,
    );
  }
  if (enforcement.kind === 'unknown') {
    lines.push('', `unknown whether a webhook enforces it: ${enforcement.reason}`);
  }
  return lines.map((line) => (line.startsWith('  ') ? `  ${oneLine(line)}` : oneLine(line)));
}
