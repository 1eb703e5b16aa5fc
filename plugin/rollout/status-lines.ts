import { firstNames, oneLine, plural } from '../../shared/format.ts';
import type { RolloutState } from '../../shared/rollout/drive/rollout-state.ts';
import { textTable } from '../cli/text-table.ts';

const STATES: Readonly<Record<RolloutState['state'], string>> = {
  running: 'being rolled out',
  held: 'held',
  idle: 'not being rolled out',
  done: 'done',
};

/** The status of a rollout as text: a heading, why it waits, and a table of the zones. */
export function standingLines({ state, reason, holder, snapshot }: RolloutState): string[] {
  const { workload, updated, total, down, updateRevision, wave, zones } = snapshot;
  const lines = [
    `${workload.kind}/${workload.name}: ${STATES[state]}, ${updated} of ${plural(total, 'pod')} on revision ${updateRevision}${down > 0 ? `, ${down} down` : ''}`,
  ];
  if (holder !== '') lines.push(`by: ${oneLine(holder)}`);
  if (reason !== '') lines.push(`${state === 'held' ? 'why' : 'last'}: ${oneLine(reason)}`);
  if (wave && state !== 'done') {
    const pods = wave.pods.length > 0 ? `: ${firstNames(wave.pods.map(({ name }) => name))}` : '';
    lines.push(`wave: ${wave.number} in ${wave.zone}${pods}`);
  }
  const rows = zones.map((zone) => [
    zone.zone,
    String(zone.total),
    String(zone.updated),
    String(zone.down),
    zone.phase,
    zone.cells
      .filter(({ state: cell }) => cell === 'unready')
      .map(({ name, detail }) => `${name} (${oneLine(detail ?? 'down')})`)
      .join(', '),
  ]);
  lines.push(...textTable([['ZONE', 'PODS', 'UPDATED', 'DOWN', 'PHASE', 'TROUBLE'], ...rows]));
  if (state === 'idle') {
    const { kind, namespace, name } = workload;
    lines.push(`to roll it out: kubectl zone rollout ${kind}/${name} -n ${namespace}`);
  }
  return lines;
}
