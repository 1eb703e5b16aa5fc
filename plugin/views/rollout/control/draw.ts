import { formatDuration, oneLine, shortRevision } from '../../../../shared/format.ts';
import type { Order, RolloutSnapshot } from '../../../../shared/rollout/decide/snapshot.ts';
import type { Section } from '../../terminal/allot.ts';
import { labelled } from '../../terminal/labelled.ts';
import { type Line, type Span, span } from '../../terminal/line.ts';
import { fixed } from '../../terminal/sections.ts';
import type { Surface } from '../../terminal/shell.tsx';
import { detailOf } from '../narration/trouble.ts';
import type { ControlState, Panel } from './state.ts';

/** Further lines are omitted: they would not be read before confirming, and rarely contain the cause. */
const MOST_PANEL_ROWS = 12;

interface Canvas extends Pick<Surface, 'theme' | 'nowMs'> {
  columns: number;
}

/** The operators' orders: who paused it and why, and a limit that differs from the initial one. */
export function orderSections(snapshot: RolloutSnapshot, finished: boolean, canvas: Canvas): Section[] {
  const { columns, theme, nowMs } = canvas;
  const layout = { columns, maxRows: 2, ellipsis: theme.ellipsis };
  const { paused, maxUnavailableBy, maxUnavailablePods } = snapshot;
  const sections: Section[] = [];
  if (paused) {
    const text = `by ${who(paused, nowMs)}${paused.reason === '' ? '' : `: ${oneLine(paused.reason)}`}`;
    sections.push(fixed(1, labelled({ text: 'PAUSED', tone: 'bad' }, text, layout)));
  }
  if (maxUnavailableBy && !finished) {
    const text = `${maxUnavailablePods} down per zone, set by ${who(maxUnavailableBy, nowMs)}`;
    sections.push(fixed(6, labelled({ text: 'limit', tone: 'warn' }, text, layout)));
  }
  return sections;
}

/** The pod under the cursor, while it has no panel. */
export function cursorLines({ zones }: RolloutSnapshot, { cursor, panel }: ControlState): Line[] {
  if (cursor === undefined || panel?.kind === 'pod') return [];
  const zone = zones.find(({ cells }) => cells.some(({ name }) => name === cursor));
  const cell = zone?.cells.find(({ name }) => name === cursor);
  if (!zone || !cell) return [];
  const state = { stale: 'old', updated: 'new', replacing: detailOf(cell), unready: detailOf(cell) }[
    cell.state
  ];
  return [
    [
      span(cursor, 'chosen'),
      span(` in ${zone.zone}: ${state}   `),
      span('enter', 'strong'),
      span(' why', 'faint'),
    ],
  ];
}

/** The open panel: a question, which gets its rows first, or the explanation of a pod. */
export function panelSection(panel: Panel, snapshot: RolloutSnapshot, canvas: Canvas): Section {
  const lines = panel.kind === 'pod' ? podLines(panel, canvas) : questionLines(panel, snapshot, canvas);
  const want = Math.min(MOST_PANEL_ROWS, lines.length);
  return {
    rank: panel.kind === 'undo' ? 2 : 5,
    min: Math.min(want, 3),
    want,
    draw: (height) => lines.slice(0, height),
  };
}

function podLines({ pod, findings }: Extract<Panel, { kind: 'pod' }>, { columns, theme }: Canvas): Line[] {
  const layout = { columns, maxRows: 3, ellipsis: theme.ellipsis };
  const known = findings.flatMap(({ about, text, holds }) =>
    labelled({ text: about, tone: holds ? 'bad' : 'faint' }, oneLine(text), layout),
  );
  return [[span(pod, 'chosen'), span('   '), span('esc', 'strong'), span(' closes', 'faint')], ...known];
}

function questionLines(
  { proposal }: Extract<Panel, { kind: 'undo' }>,
  { workload }: RolloutSnapshot,
  { columns, theme }: Canvas,
): Line[] {
  const layout = { columns, maxRows: 2, ellipsis: theme.ellipsis };
  const revision = shortRevision(proposal.revision, workload.name);
  const changes = proposal.differences.flatMap((difference) =>
    labelled({ text: '', tone: 'normal' }, oneLine(difference).replaceAll('→', theme.arrow), layout),
  );
  return [
    ...labelled({ text: 'undo', tone: 'warn' }, `Roll back to revision ${revision}? [y/N]`, layout),
    ...changes,
  ];
}

/** The result of the last key. */
export function answerLine(answer: string, theme: Surface['theme']): Line {
  return [span(`${theme.arrow} `, 'busy'), span(oneLine(answer), 'strong')];
}

/** The actions of the keys. */
export function controlFooter(snapshot: RolloutSnapshot | undefined, { panel }: ControlState): Line {
  const keys: [key: string, does: string][] =
    panel?.kind === 'undo'
      ? [
          ['y', 'roll back'],
          ['n', 'cancel'],
        ]
      : [
          ['p', snapshot?.paused ? 'resume' : 'pause'],
          ['+ -', 'limit'],
          ['u', 'undo'],
          ['enter', 'why'],
        ];
  return [...keys, ['q', 'quit (safe)'] as const, ['?', 'help'] as const].flatMap(
    ([key, does], index): Span[] => [
      span(`${index === 0 ? '' : '   '}${key}`, 'strong'),
      span(` ${does}`, 'faint'),
    ],
  );
}

/** `ann@laptop, 2m 05s ago`; without the time if it cannot be parsed. */
function who({ by, at }: Order, nowMs: number): string {
  const atMs = Date.parse(at);
  return Number.isNaN(atMs) ? oneLine(by) : `${oneLine(by)}, ${formatDuration(nowMs - atMs)} ago`;
}
