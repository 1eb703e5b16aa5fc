import { firstNames, oneLine, plural } from '../../shared/format.ts';
import { commandName } from '../../shared/rollout/decide/workload-id.ts';
import type { RolloutState } from '../../shared/rollout/drive/rollout-state.ts';
import { textTable } from '../cli/text-table.ts';

const STATES: Readonly<Record<RolloutState['state'], string>> = {
  running: 'being rolled out',
  held: 'waiting',
  idle: 'not being rolled out',
  done: 'done',
};

/** The status of a rollout as text: a heading, why it waits, and a table of the zones. */
export function standingLines({ id, state, reason, holder, partOf, snapshot }: RolloutState): string[] {
  const { updated, total, down, updateRevision, wave, zones } = snapshot;
  const lines = [
    `${id.subject}: ${STATES[state]}, ${updated} of ${plural(total, 'pod')} on revision ${updateRevision}${down > 0 ? `, ${down} down` : ''}`,
  ];
  if (holder !== '') {
    lines.push(`by: ${oneLine(holder)}${partOf === undefined ? '' : `, as part of ${oneLine(partOf)}`}`);
  }
  if (reason !== '') lines.push(`${state === 'held' ? 'why' : 'last'}: ${oneLine(reason)}`);
  if (wave && state !== 'done') {
    const pods = wave.pods.length > 0 ? `: ${firstNames(wave.pods.map(({ name }) => name))}` : '';
    lines.push(`wave: ${wave.number} in ${wave.zone}${pods}`);
  }
  const ofSets = zones.some(({ sets }) => sets !== undefined);
  const rows = zones.map((zone) => [
    zone.zone,
    ...(ofSets ? [(zone.sets ?? []).join(', ')] : []),
    String(zone.total),
    String(zone.updated),
    String(zone.down),
    zone.phase,
    zone.cells
      .filter(({ state: cell }) => cell === 'unready')
      .map(({ name, detail }) => `${name} (${oneLine(detail ?? 'down')})`)
      .join(', '),
  ]);
  lines.push(
    ...textTable([
      ['ZONE', ...(ofSets ? ['STATEFULSET'] : []), 'PODS', 'UPDATED', 'DOWN', 'PHASE', 'TROUBLE'],
      ...rows,
    ]),
  );
  if (state === 'idle') {
    lines.push(`to roll it out: kubectl zone rollout ${commandName(id)}`);
  }
  return lines;
}
