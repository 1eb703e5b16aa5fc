import { oneLine, plural } from '../../shared/format.ts';
import type { RefusedRemoval } from '../../shared/removals/try-removals.ts';
import { countPods, listNames } from '../../shared/sentences.ts';
import type { OutputStream } from '../cli/context.ts';
import { writeLines } from '../cli/output.ts';
import { type EventOutput, isData, writeData } from '../cli/print-data.ts';
import { textTable } from '../cli/text-table.ts';
import type { DrainPlan, PlannedWorkload } from './plan.ts';

/**
 * Prints a plan as tables, or as one JSON or YAML document of type `plan`.
 *
 * @param notices for the operator, such as pods that stay
 */
export async function printDrainPlan(
  plan: DrainPlan,
  notices: readonly string[],
  stdout: OutputStream,
  output: EventOutput | undefined,
): Promise<void> {
  if (isData(output)) await writeData(stdout, { type: 'plan', ...plan, notices }, output);
  else writeLines(stdout, planLines(plan, notices));
}

/** The API server's responses to a dry run, as text. */
export function verdictLines(asked: number, refused: readonly RefusedRemoval[]): string[] {
  return [
    ...refused.map(({ pod, reason }) =>
      oneLine(`removal of ${pod.namespace}/${pod.name} would be refused now: ${reason}`),
    ),
    `${asked - refused.length} of ${plural(asked, 'removal')} would be admitted now, each by itself (dry run)`,
  ];
}

function planLines({ zones, workloads, maxNodes }: DrainPlan, notices: readonly string[]): string[] {
  const nodes = zones.flatMap((zone) => zone.nodes);
  const leaving = nodes.reduce((sum, node) => sum + node.leaving.length, 0);
  const pace =
    maxNodes === null ? 'all nodes of a zone at once' : `${plural(maxNodes, 'node')} of a zone at once`;
  const lines = [
    `${plural(nodes.length, 'node')} in ${plural(zones.length, 'zone')}, ${countPods(leaving)} to evict: one zone after the other, ${pace}`,
  ];
  const rows = zones.flatMap(({ zone, nodes: ofZone }) =>
    ofZone.map(({ node, cordoned, batch, leaving: pods, staying }) => [
      zone ?? '<none>',
      ...(maxNodes === null ? [] : [String(batch ?? '-')]),
      node,
      cordoned ? 'yes' : 'no',
      String(pods.length),
      String(staying.length),
      listNames(pods),
    ]),
  );
  const header = [
    'ZONE',
    ...(maxNodes === null ? [] : ['BATCH']),
    'NODE',
    'CORDONED',
    'EVICT',
    'KEEP',
    'PODS',
  ];
  lines.push(...textTable([header, ...rows]));
  if (workloads.length > 0) {
    const guarded = workloads.map((each) => [
      each.namespace,
      each.workload,
      String(each.pods),
      guardOf(each),
    ]);
    lines.push('', ...textTable([['NAMESPACE', 'WORKLOAD', 'EVICT', 'BUDGETS'], ...guarded]));
  }
  lines.push(...notices.map((notice) => `note: ${notice}`));
  return lines.map(oneLine);
}

function guardOf({ guard, zoneBudgets, podBudgets }: PlannedWorkload): string {
  if (guard === 'none') return 'no budget; only this drain respects zones';
  return [
    ...(zoneBudgets.length > 0 ? [`ZoneDisruptionBudget ${listNames(zoneBudgets)}`] : []),
    ...(podBudgets.length > 0 ? [`PodDisruptionBudget ${listNames(podBudgets)}`] : []),
  ].join('; ');
}
