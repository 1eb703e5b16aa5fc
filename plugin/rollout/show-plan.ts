import { formatDuration } from '../../shared/format.ts';
import type { Pod } from '../../shared/kube/objects.ts';
import { restartEstimate } from '../../shared/rollout/decide/estimate.ts';
import { disruptionLimit, evenWave } from '../../shared/rollout/decide/limits.ts';
import { planRollout, type RolloutPlan } from '../../shared/rollout/decide/plan.ts';
import { knownZones } from '../../shared/rollout/decide/pods.ts';
import type { Observation, RolloutMemory, RolloutOptions } from '../../shared/rollout/decide/types.ts';
import { partitionLines, type Workload } from '../../shared/rollout/decide/workload.ts';
import { nameOf } from '../../shared/rollout/decide/workload-id.ts';
import type { PlannedChange } from '../../shared/rollout/drive/template.ts';
import { countPods, listNames } from '../../shared/sentences.ts';
import type { OutputStream } from '../cli/context.ts';
import { writeLines } from '../cli/output.ts';
import { type EventOutput, isData, writeData } from '../cli/print-data.ts';
import { textTable } from '../cli/text-table.ts';
import type { SettingSource } from './settings.ts';

export interface PlanInput {
  workload: Workload;
  pods: readonly Pod[];
  observation: Observation;
  options: RolloutOptions;
  memory: RolloutMemory;
  /** Change of the template; the plan assumes it is applied. */
  change: PlannedChange | undefined;
  sources: readonly SettingSource[];
}

/** The waves with their estimated duration. */
export function planOf({ pods, observation, options, memory }: PlanInput): RolloutPlan {
  return planRollout(observation, options, memory, restartEstimate(pods, []));
}

/** Prints a plan as a table, or as one JSON or YAML document. */
export async function printPlan(
  input: PlanInput,
  plan: RolloutPlan,
  stdout: OutputStream,
  output: EventOutput | undefined,
): Promise<void> {
  const { workload, observation, options, memory, change, sources } = input;
  const zones = knownZones(observation, memory);
  const stale = observation.pods.filter((pod) => pod.stale && !pod.surplus).length;
  const limit = disruptionLimit(observation, options, zones.length);
  if (isData(output)) {
    const { updateRevision, replicas } = observation;
    const document = {
      type: 'plan',
      workload: nameOf(workload.id),
      updateRevision: updateRevision === '' ? null : updateRevision,
      templateChanges: change?.differences ?? [],
      sources,
      replicas,
      stale,
      zones,
      zonesBy: observation.zones,
      maxUnavailablePods: Math.min(limit.pods, largestZone(observation)),
      partition: Math.max(...workload.members.map(({ partition }) => partition)),
      ...plan,
    };
    return writeData(stdout, document, output);
  }
  const lines = [
    `${workload.id.subject}: ${stale} of ${countPods(observation.replicas)} in ${zones.length} ${zones.length === 1 ? 'zone' : 'zones'} to replace, ${observation.updateRevision === '' ? 'a new revision' : `revision ${observation.updateRevision}`}`,
  ];
  if (change) {
    lines.push('the template would change:', ...change.differences.map((line) => `  ${line}`));
  }
  const settings = sources.map(({ setting, value, from }) => [setting, value, from]);
  lines.push(...textTable([['SETTING', 'VALUE', 'FROM'], ...settings]));
  if (limit.capped) lines.push(`note: ${limit.capped}`);
  const remainder = options.pacing === 'wave' ? remainderNote(observation, limit.pods) : undefined;
  if (remainder) lines.push(`note: ${remainder}`);
  lines.push(...partitionLines(workload).map((line) => `note: ${line}`));
  if (workload.id.kind !== 'deployment' && !workload.isHeld) {
    lines.push(
      'note: its update strategy is not OnDelete: its controller replaces pods by itself as soon as the template has changed',
      '  the rollout asks to switch it first; do not change the template before that',
    );
  }
  if (plan.waves.length > 0) {
    const rows = plan.waves.map((wave) => [
      String(wave.wave),
      wave.zone,
      String(wave.pods.length),
      formatDuration(wave.startsAfterMs),
      listNames(wave.pods),
    ]);
    lines.push(...textTable([['WAVE', 'ZONE', 'PODS', 'AFTER', 'NAMES'], ...rows]));
    lines.push(
      `about ${formatDuration(plan.totalMs)}, from the pods' own start-up times; one pod at a time: about ${formatDuration(plan.oneAtATimeMs)}`,
    );
  }
  if (plan.blocked) lines.push(`would be blocked: ${plan.blocked.reason}`, `  ${plan.blocked.fix}`);
  writeLines(stdout, lines);
}

/** The value that avoids a last wave of a few pods, if the waves of a zone leave one. */
export function remainderNote({ pods }: Observation, limit: number): string | undefined {
  const zones = Map.groupBy(
    pods.filter((pod) => pod.stale && !pod.surplus),
    (pod) => pod.zone,
  );
  for (const [zone, { length }] of zones) {
    const even = evenWave(limit, length);
    if (zone === undefined || even === limit) continue;
    return `waves of ${limit} leave a last one of ${countPods(length % limit)} in ${zone}; --max-unavailable ${even} takes as many waves, with fewer pods down`;
  }
  return undefined;
}

/** More than all pods of a zone are never down. */
function largestZone({ pods }: Observation): number {
  const zones = Map.groupBy(pods, (pod) => pod.zone);
  return Math.max(1, ...[...zones.values()].map(({ length }) => length));
}
