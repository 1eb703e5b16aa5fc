import { formatDuration, oneLine, plural } from '../../shared/format.ts';
import { ZONE_LABEL } from '../../shared/kube/zones.ts';
import { describeZoneOrigin } from '../../shared/rollout/decide/unknown-zone.ts';
import { countPods } from '../../shared/sentences.ts';
import { textTable } from '../cli/text-table.ts';
import { formatRate } from './format.ts';
import type { ChoicesPlan, PlannedChoice, PlannedStore } from './plan.ts';

/** The settings to choose from, as text: the source of each figure, and a table. */
export function choicesLines(plan: ChoicesPlan): string[] {
  const { workload, pods, zones, zonesBy, store, choices, notes } = plan;
  const places = zones.map((zone) => `${zone.zone ?? 'no zone'}: ${zone.pods}`).join(', ');
  const isUsual = zonesBy.kind === 'node-label' && zonesBy.key === ZONE_LABEL;
  const by = isUsual ? '' : ` by ${describeZoneOrigin(zonesBy)}`;
  const lines = [
    `${workload.kind}/${workload.name}: ${countPods(pods)} in ${plural(zones.length, 'zone')}${places && ` (${places})`}${by}, ${pods === 0 ? 'nothing to replace' : 'all to be replaced'}`,
  ];
  if (choices.length > 0) {
    lines.push(startLine(plan), flushLine(plan), ...storeLines(store), ...tableOf(plan));
  }
  lines.push(...verdict(plan), ...notes.map((note) => `note: ${note}`));
  return lines.map(oneLine);
}

function startLine({
  startTime: { source, ms, pods },
  minReadyMs,
  startsWhileFlushing,
}: ChoicesPlan): string {
  const from = {
    given: 'from --start-time',
    observed: `median of ${countPods(pods)}`,
    assumed: 'assumed: no pod shows it; set it with --start-time',
  }[source];
  const ready = minReadyMs > 0 ? `, then ${formatDuration(minReadyMs)} of minReadySeconds` : '';
  const order = startsWhileFlushing ? ', while the old pod flushes' : ', after the old pod has flushed';
  return `start-up: ${formatDuration(ms)}, ${from}${ready}${order}`;
}

function flushLine({ flushTime: { source, ms, graceMs, pod } }: ChoicesPlan): string {
  const longest = `at most ${formatDuration(graceMs)}, terminationGracePeriodSeconds`;
  switch (source) {
    case 'given':
      return `flush: ${formatDuration(ms)}, from --flush-time`;
    case 'terminating':
      return `flush: at least ${formatDuration(ms)}, as ${pod} has been terminating that long; ${longest}`;
    case 'grace-period':
      return `flush: ${longest}; no pod is terminating now; set it with --flush-time`;
  }
}

function storeLines(store: PlannedStore | null): string[] {
  if (!store) return [];
  const { steadyWrites, steadyChunks, writesPerFlush, allFlushing } = store;
  return [
    `store: ${formatRate(steadyWrites)} writes/s in steady state (${formatRate(steadyChunks)} chunks/s), ${formatRate(writesPerFlush)} more for each pod that flushes, ${formatRate(allFlushing)} with all of them at once`,
  ];
}

function tableOf({ choices, store, flushTime: { bound } }: ChoicesPlan): string[] {
  const judged = store !== null && store.capacity !== null;
  const prefix = { exact: '', 'at-least': 'at least ', 'at-most': 'up to ' }[bound];
  const header = ['MAX-UNAVAILABLE', 'GROWTH', 'WAVES', 'DURATION', 'PODS DOWN'];
  const rows = choices.map((choice) => [
    String(choice.maxUnavailable),
    choice.exponentialFactor === 0 ? 'full zone at once' : `x${choice.exponentialFactor} per wave`,
    String(choice.waves),
    prefix + formatDuration(choice.durationMs),
    String(choice.podsDown),
    ...(store ? [formatRate(choice.writesPerSecond ?? 0)] : []),
    ...(judged ? [choice.safe ? 'yes' : 'no'] : []),
  ]);
  return textTable([[...header, ...(store ? ['WRITES/S'] : []), ...(judged ? ['SAFE'] : [])], ...rows]);
}

/** The largest safe concurrency; empty if there is none, which is a separate error. */
function verdict({ store, choices }: ChoicesPlan): string[] {
  const best = fastest(choices.filter(({ safe }) => safe === true));
  if (!best || !store) return [];
  const { safePods, capacity } = store;
  if (safePods === null || capacity === null) return [];
  const flags = `--max-unavailable ${best.maxUnavailable}${best.exponentialFactor === 0 ? ' --exponential-factor 0' : ''}`;
  return [
    `largest safe concurrency: ${countPods(safePods)} (enforce it with --max-leaving ${safePods})`,
    `fastest safe setting: ${flags}, ${formatRate(best.writesPerSecond ?? 0)} of ${formatRate(capacity)} writes/s`,
  ];
}

function fastest(choices: readonly PlannedChoice[]): PlannedChoice | undefined {
  return [...choices].sort((a, b) => a.durationMs - b.durationMs || a.podsDown - b.podsDown)[0];
}
