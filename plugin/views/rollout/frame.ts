/**
 * The whole picture as lines that fit the terminal. It stays lower than the terminal, because Ink clears the screen
 * for anything higher, and one column narrower, because some terminals wrap a full line.
 */
import type { RolloutSnapshot } from '../../../shared/rollout/snapshot.ts';
import { type Section, stack } from '../terminal/allot.ts';
import { helpLines } from '../terminal/help.ts';
import { clip, type Line } from '../terminal/line.ts';
import { fixed, gap, logSections } from '../terminal/sections.ts';
import type { Surface } from '../terminal/shell.tsx';
import { footer, statusLines, statusRows } from '../terminal/status.ts';
import type { Theme } from '../terminal/theme.ts';
import { images, progress, times, title } from './heading.ts';
import { ROLLOUT_TOPICS } from './help.ts';
import { troublesOf } from './narration/trouble.ts';
import type { ViewState } from './reducer.ts';
import { troubles, wave } from './status.ts';
import { zoneGrid, zoneGridRows } from './zones.ts';

/** Everything a frame depends on. */
export interface FrameInput extends Surface {
  state: ViewState;
  /** Stands before the workload's name. */
  heading: string | undefined;
}

const MOST_TROUBLE_ROWS = 6;
/** Status, troubles and events together keep this height, so that the frame does not jump. */
const TALK_ROWS = 10;

/** Lays the frame out: at most `rows - 1` lines of at most `columns - 1` columns. */
export function layOutFrame(input: FrameInput): Line[] {
  const columns = Math.max(1, input.size.columns - 1);
  const rows = Math.max(1, input.size.rows - 1);
  return stack(sectionsOf(input, columns, rows), rows).map((line) =>
    clip(line, columns, input.theme.ellipsis),
  );
}

function sectionsOf(input: FrameInput, columns: number, rows: number): Section[] {
  const { state, theme, nowMs } = input;
  const snapshot = state.latest?.snapshot;
  const heading = fixed(1, [title(state, input.heading, columns, theme)]);
  const closing = state.finished
    ? []
    : [gap, fixed(4, [footer(state.quitting, input.keys, 'leaving: no more pods are taken')])];
  if (!snapshot) return [heading, ...logSections(state, TALK_ROWS), ...closing];
  return [
    heading,
    fixed(10, state.origin.imageChanges.length === 0 ? [] : [images(state, theme)]),
    gap,
    fixed(2, [progress(state, columns, theme)]),
    fixed(6, [times(state, nowMs)]),
    gap,
    zoneSection(snapshot, columns, rows, theme),
    gap,
    fixed(8, wave(snapshot, columns, theme)),
    ...talkSections(input, snapshot, columns),
    ...closing,
  ];
}

function zoneSection({ zones }: RolloutSnapshot, columns: number, rows: number, theme: Theme): Section {
  const most = Math.max(zones.length + 1, Math.floor(rows / 2));
  return {
    rank: 5,
    min: zones.length + 1,
    want: Math.min(most, zoneGridRows(zones, columns, most)),
    draw: (height) => zoneGrid(zones, columns, height, theme),
  };
}

function talkSections({ state, theme }: FrameInput, snapshot: RolloutSnapshot, columns: number): Section[] {
  const { status: now } = snapshot;
  const rows = state.finished ? 0 : statusLines(now, columns, statusRows(now), theme).length;
  const troubleRows = Math.min(MOST_TROUBLE_ROWS, troublesOf(snapshot).length);
  const logRows = TALK_ROWS - rows - troubleRows;
  return [
    {
      rank: 3,
      min: Math.min(1, rows),
      want: rows,
      draw: (height) => statusLines(now, columns, height, theme),
    },
    {
      rank: 7,
      min: Math.min(1, troubleRows),
      want: troubleRows,
      draw: (height) => troubles(snapshot, columns, height, theme),
    },
    ...(state.help
      ? [gap, fixed(12, helpLines(ROLLOUT_TOPICS, columns, theme))]
      : logSections(state, logRows)),
  ];
}
