/**
 * Lays out the view of a drain as lines that fit the terminal. It is shorter than the terminal, because Ink clears the
 * screen for anything higher, and one column narrower, because some terminals wrap a full line.
 */

import { formatDuration, plural } from '../../../shared/format.ts';
import type { DrainSnapshot } from '../../drain/decide/snapshot.ts';
import { probeSections } from '../probe/section.ts';
import { type Section, stack } from '../terminal/allot.ts';
import { helpLines } from '../terminal/labelled.ts';
import { clip, type Line, span } from '../terminal/line.ts';
import { fixed, gap, logSections } from '../terminal/sections.ts';
import type { Surface } from '../terminal/shell.tsx';
import { elapsed, footer, progressBar, statusLines, statusRows, timeLeft } from '../terminal/status.ts';
import type { Theme } from '../terminal/theme.ts';
import { heldSection, missingSection } from './reasons.ts';
import type { DrainViewState } from './reducer.ts';
import { zoneSection } from './zones.ts';

/** The inputs of a frame. */
export interface DrainFrameInput extends Surface {
  state: DrainViewState;
}

/** Status, reasons and events together have this height, so that the frame does not jump. */
const TALK_ROWS = 10;

/** Lays out the frame: at most `rows - 1` lines of at most `columns - 1` columns. */
export function layOutDrain(input: DrainFrameInput): Line[] {
  const columns = Math.max(1, input.size.columns - 1);
  const rows = Math.max(1, input.size.rows - 1);
  return stack(sectionsOf(input, columns, rows), rows).map((line) =>
    clip(line, columns, input.theme.ellipsis),
  );
}

function sectionsOf(input: DrainFrameInput, columns: number, rows: number): Section[] {
  const { state, theme, keys } = input;
  const snapshot = state.latest?.snapshot;
  const closing = state.finished
    ? []
    : [gap, fixed(4, [footer(state.quitting, keys, 'stopping: no more pods are evicted')])];
  if (!snapshot) {
    const looking = span(`reading the cluster${theme.ellipsis}`, 'faint');
    return [fixed(1, [[looking]]), ...logSections(state, TALK_ROWS), ...closing];
  }
  return [
    fixed(1, [title(snapshot)]),
    gap,
    fixed(2, [progress(snapshot, columns, theme)]),
    fixed(6, [times(input)]),
    gap,
    // The help uses the rows of the nodes.
    zoneSection(snapshot.zones, columns, state.help ? 0 : rows, theme),
    ...(state.finished && !state.probe.latest ? [] : [gap]),
    ...probeSections(state.probe, 'zones', columns, theme),
    ...talkSections(input, snapshot, columns),
    ...closing,
  ];
}

function title({ nodes }: DrainSnapshot): Line {
  return [span(`drain of ${plural(nodes.total, 'node')}, zone by zone`, 'strong')];
}

function progress({ nodes, pods }: DrainSnapshot, columns: number, theme: Theme): Line {
  const figures = `${nodes.drained} of ${plural(nodes.total, 'node')} drained, ${pods.total - pods.left} of ${plural(pods.total, 'pod')} evicted`;
  return progressBar({ done: pods.total - pods.left, total: pods.total, figures }, columns, theme);
}

function times({ state: { latest, finished }, nowMs }: DrainFrameInput): Line {
  if (!latest) return [];
  const { refused, remainingMs } = latest.snapshot;
  const left = finished ? '' : timeLeft(remainingMs, Math.max(0, nowMs - latest.receivedAtMs));
  const took = finished ? formatDuration(finished.summary.tookMs) : elapsed(latest, nowMs);
  return [
    span(`${took} elapsed, ${left}`),
    span(`${plural(refused, 'eviction')} refused`, refused > 0 ? 'warn' : 'faint'),
  ];
}

function talkSections(
  { state, theme }: DrainFrameInput,
  snapshot: DrainSnapshot,
  columns: number,
): Section[] {
  const { status: now } = snapshot;
  const rows = state.finished ? 0 : statusLines(now, columns, statusRows(now), theme).length;
  const reasons =
    state.finished || state.help
      ? []
      : [heldSection(snapshot, columns, theme), missingSection(snapshot, columns, theme)];
  const taken = reasons.reduce((sum, { want }) => sum + want, rows);
  return [
    {
      rank: 3,
      min: Math.min(1, rows),
      want: rows,
      draw: (height) => statusLines(now, columns, height, theme),
    },
    ...reasons,
    ...(state.help
      ? [gap, fixed(12, helpLines(DRAIN_TOPICS, columns, theme))]
      : logSections(state, TALK_ROWS - taken)),
  ];
}

/** The keys and terms of the view. */
const DRAIN_TOPICS: readonly (readonly [topic: string, text: string])[] = [
  ['q, Ctrl-C', 'stop: no more pods are evicted, nodes stay cordoned; the same command continues'],
  ['?', 'close this help'],
  ['denied', 'pods whose eviction would be denied now; retried on changes'],
  ['unhealthy', 'workloads with pods that are down; the next zone begins when there are none'],
];
