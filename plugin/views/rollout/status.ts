import type { RolloutSnapshot, RolloutStatus } from '../../../shared/rollout/snapshot.ts';
import { firstNames, oneLine } from '../format.ts';
import { detailOf, troublesOf } from '../narration/trouble.ts';
import type { Tone } from '../tone.ts';
import { labelled } from './labelled.ts';
import { type Line, span } from './line.ts';
import type { ViewState } from './reducer.ts';
import type { Theme } from './theme.ts';

const LABELS: Readonly<Record<RolloutStatus['kind'], { text: string; tone: Tone }>> = {
  disrupting: { text: 'now', tone: 'busy' },
  waiting: { text: 'waiting', tone: 'warn' },
  blocked: { text: 'blocked', tone: 'bad' },
  disconnected: { text: 'offline', tone: 'bad' },
  stopping: { text: 'leaving', tone: 'warn' },
  done: { text: 'done', tone: 'good' },
};

/** The wave under way or the last one: how many pods of it are back, and what the others are doing. */
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

/** What happens now and why, and for a blocked rollout, as far as there is room, what would change it. */
export function status(
  { status: now }: RolloutSnapshot,
  columns: number,
  maxRows: number,
  theme: Theme,
): Line[] {
  const layout = { columns, ellipsis: theme.ellipsis };
  const fixRows = now.fix === undefined ? 0 : Math.floor(maxRows / 2);
  const fix =
    now.fix === undefined || fixRows === 0
      ? []
      : labelled({ text: 'to go on', tone: 'strong' }, oneLine(now.fix), { ...layout, maxRows: fixRows });
  const reason = labelled(LABELS[now.kind], reasonOf(now), { ...layout, maxRows: maxRows - fix.length });
  return [...reason, ...fix];
}

/** Pods that are down in a way the rollout does not explain, by name, a line for each zone and reason. */
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

/** Rows that the status can use: a wait is told by its beginning, what blocks in full. */
export function statusRows({ status: now }: RolloutSnapshot): number {
  return now.kind === 'blocked' ? 5 : 2;
}

/** What the keys do, or that the wish to leave was heard. */
export function footer({ quitting }: ViewState, keys: boolean): Line {
  if (quitting) return [span('leaving: no more pods are taken', 'warn')];
  if (!keys) return [span('Ctrl-C', 'strong'), span(' leaves safely', 'faint')];
  return [
    span('q', 'strong'),
    span(' leaves safely   ', 'faint'),
    span('?', 'strong'),
    span(' help', 'faint'),
  ];
}

/** The decision's reasons begin with "waiting for" where the label says so already. */
function reasonOf({ kind, reason }: RolloutStatus): string {
  const text = oneLine(reason);
  return kind === 'waiting' ? text.replace(/^waiting /, '') : text;
}
