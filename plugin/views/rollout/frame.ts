/**
 * Lays out the view as lines that fit the terminal. It is shorter than the terminal, because Ink clears the screen for
 * anything higher, and one column narrower, because some terminals wrap a full line.
 */
import type { RolloutSnapshot } from '../../../shared/rollout/decide/snapshot.ts';
import { probeSections } from '../probe/section.ts';
import { type Section, stack } from '../terminal/allot.ts';
import { helpLines } from '../terminal/labelled.ts';
import { clip, type Line } from '../terminal/line.ts';
import { fixed, gap, logSections } from '../terminal/sections.ts';
import type { Surface } from '../terminal/shell.tsx';
import { footer, statusLines, statusRows } from '../terminal/status.ts';
import { answerLine, controlFooter, cursorLines, orderSections, panelSection } from './control/draw.ts';
import { images, progress, times, title } from './heading.ts';
import { troublesOf } from './narration/trouble.ts';
import type { ViewState } from './reducer.ts';
import { leaving, troubles, wave } from './status.ts';
import { zoneGrid, zoneGridRows } from './zones.ts';

/** The inputs of a frame. */
export interface FrameInput extends Surface {
  state: ViewState;
  /** Text before the workload's name. */
  heading: string | undefined;
  /** Whether keys control the rollout. */
  steers: boolean;
  /** Whether the rollout runs in another process: quitting then does not stop it. */
  looksOn: boolean;
}

const MOST_TROUBLE_ROWS = 6;
/** Status, troubles and events together have this height, so that the frame does not jump. */
const TALK_ROWS = 10;

/** Lays out the frame: at most `rows - 1` lines of at most `columns - 1` columns. */
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
  const closing = closingSections(input);
  const sinceMs = Math.max(0, nowMs - (state.latest?.receivedAtMs ?? nowMs));
  if (!snapshot) return [heading, ...logSections(state, TALK_ROWS), ...closing];
  return [
    heading,
    ...orderSections(snapshot, state.finished !== undefined, { columns, theme, nowMs }),
    fixed(10, state.origin.imageChanges.length === 0 ? [] : [images(state, theme)]),
    gap,
    fixed(2, [progress(state, columns, theme)]),
    fixed(6, [times(state, nowMs)]),
    gap,
    zoneSection(snapshot, columns, rows, input),
    gap,
    ...probeSections(state.probe, 'waves', columns, theme),
    fixed(4, cursorLines(snapshot, state.control)),
    fixed(8, wave(snapshot, columns, theme)),
    fixed(8, leaving(snapshot, sinceMs, columns, theme)),
    ...talkSections(input, snapshot, columns),
    ...closing,
  ];
}

/** The result of the last key, and the keys; empty at the end. */
function closingSections({ state, keys, steers, looksOn, theme }: FrameInput): Section[] {
  const { finished, quitting, control, latest } = state;
  if (finished) return [];
  const answer = control.answer === undefined ? [] : [fixed(3, [answerLine(control.answer, theme)])];
  const leaving = looksOn ? 'closing: the rollout continues' : 'stopping: no more pods are replaced';
  const last =
    steers && keys && !quitting ? controlFooter(latest?.snapshot, control) : footer(quitting, keys, leaving);
  return [gap, ...answer, fixed(4, [last])];
}

function zoneSection(
  { zones }: RolloutSnapshot,
  columns: number,
  rows: number,
  { theme, state }: FrameInput,
): Section {
  const most = Math.max(zones.length + 1, Math.floor(rows / 2));
  return {
    rank: 5,
    min: zones.length + 1,
    want: Math.min(most, zoneGridRows(zones, columns, most)),
    draw: (height) => zoneGrid(zones, { columns, maxRows: height, theme, cursor: state.control.cursor }),
  };
}

function talkSections(input: FrameInput, snapshot: RolloutSnapshot, columns: number): Section[] {
  const { state, theme } = input;
  const { status: now } = snapshot;
  const rows = state.finished ? 0 : statusLines(now, columns, statusRows(now), theme).length;
  const troubleRows = state.help ? 0 : Math.min(MOST_TROUBLE_ROWS, troublesOf(snapshot).length);
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
    ...lowerSections(input, snapshot, columns, logRows),
  ];
}

/** One of: a panel, the help, the last events. */
function lowerSections(
  { state, theme, nowMs, steers, looksOn }: FrameInput,
  snapshot: RolloutSnapshot,
  columns: number,
  logRows: number,
): Section[] {
  const { panel } = state.control;
  if (panel && !state.finished) return [gap, panelSection(panel, snapshot, { columns, theme, nowMs })];
  if (!state.help) return logSections(state, logRows);
  return [gap, fixed(9, helpLines(helpTopics({ steers, looksOn }), columns, theme))];
}

type Topic = readonly [topic: string, text: string];

const STEERING: readonly Topic[] = [
  ['p', 'pause or resume; pods already down still recover'],
  ['+ -', 'change maxUnavailable, the limit of pods down in a zone, by one'],
  ['u', 'roll back to the previous revision, after confirmation'],
  ['enter', 'why the selected pod, or the first that is down, is not ready'],
  ['j, k', 'or up, down: select a pod that is down; left, right: any pod'],
];
const LEAVING =
  'stop: no more pods are replaced, pods already down still recover; the same command continues';
const CLOSING: readonly Topic[] = [
  ['?', 'close this help'],
  ['wave', 'the pods replaced together, all in one zone; the next wave may be larger'],
  ['time left', 'estimated from the start-up times seen so far'],
];

/** The keys and terms of the view. */
function helpTopics({ steers, looksOn }: { steers: boolean; looksOn: boolean }): readonly Topic[] {
  const leaving: Topic = ['q, Ctrl-C', looksOn ? 'close this view; the rollout continues' : LEAVING];
  return [...(steers ? STEERING : []), leaving, ...CLOSING];
}
