import { firstNames, formatDuration } from '../../../shared/format.ts';
import type { RolloutSnapshot } from '../../../shared/rollout/decide/snapshot.ts';
import { labelled } from '../terminal/labelled.ts';
import { type Line, span } from '../terminal/line.ts';
import type { Theme } from '../terminal/theme.ts';
import { graceLeft, leavingCells } from './narration/flushes.ts';
import { detailOf, troublesOf } from './narration/trouble.ts';

/** The current or last wave: how many of its pods have recovered, and the state of the others. */
export function wave({ wave: current }: RolloutSnapshot, columns: number, theme: Theme): Line[] {
  if (!current) return [];
  const out = current.pods.filter(({ state }) => state !== 'updated');
  const doing = [...Map.groupBy(out, detailOf)].map(([detail, pods]) => `${pods.length} ${detail}`);
  const back = `${current.pods.length - out.length} of ${current.pods.length} back`;
  const label = { text: current.number === 0 ? 'repair' : `wave ${current.number}`, tone: 'busy' } as const;
  return labelled(label, `${current.zone}, ${[back, ...doing].join(', ')}`, {
    columns,
    maxRows: 1,
    ellipsis: theme.ellipsis,
  });
}

/**
 * Terminating pods, longest first: for how long, and the rest of their grace periods. Both advance between snapshots.
 *
 * @param sinceMs time since the snapshot was received
 */
export function leaving(snapshot: RolloutSnapshot, sinceMs: number, columns: number, theme: Theme): Line[] {
  const described = leavingCells(snapshot).map(
    ({ cell, forMs, graceLeftMs }) =>
      `${cell.name} ${formatDuration(forMs + sinceMs)} (${graceLeft(graceLeftMs - sinceMs)})`,
  );
  if (described.length === 0) return [];
  const layout = { columns, maxRows: 1, ellipsis: theme.ellipsis };
  return labelled({ text: 'ending', tone: 'busy' }, firstNames(described), layout);
}

/** Pods that are down for reasons other than the rollout, by name, one line per zone and reason. */
export function troubles(snapshot: RolloutSnapshot, columns: number, maxRows: number, theme: Theme): Line[] {
  const found = troublesOf(snapshot);
  const shown = found.length <= maxRows ? found : found.slice(0, maxRows - 1);
  const lines = shown.flatMap(({ zone, detail, pods }) =>
    labelled({ text: 'down', tone: 'bad' }, `${zone}: ${firstNames(pods)}: ${detail}`, {
      columns,
      maxRows: 1,
      ellipsis: theme.ellipsis,
    }),
  );
  if (shown.length === found.length) return lines;
  const hidden = found.slice(shown.length).reduce((sum, { pods }) => sum + pods.length, 0);
  return [...lines, [span(`          and ${hidden} more down for other reasons`, 'bad')]];
}
