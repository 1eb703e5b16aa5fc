import { formatDuration } from '../../../shared/format.ts';
import { BLANK, clip, type Line, span } from '../terminal/line.ts';
import type { Surface } from '../terminal/shell.tsx';
import { formatWrites } from './chart.ts';
import { glyphsFor } from './glyphs.ts';
import { pictureLines } from './picture.ts';
import type { FlushStarted, FlushState } from './state.ts';

/** The inputs of a frame of the live view. */
export interface FlushFrameInput extends Surface {
  state: FlushState & { quitting: boolean };
}

const FEWEST_SAID = 2;
/** Heading, gap and footer. */
const ROWS_BESIDE = 3;

/**
 * Lays out the frame: at most `rows - 1` lines of at most `columns - 1` columns, because Ink clears the screen for
 * anything higher, and some terminals wrap a full line.
 */
export function layOutFlush(input: FlushFrameInput): Line[] {
  const { state, theme, size, nowMs } = input;
  const columns = Math.max(1, size.columns - 1);
  const rows = Math.max(1, size.rows - 1);
  const glyphs = glyphsFor(theme);
  const picture = pictureLines({
    state,
    nowMs: state.finished?.atMs ?? nowMs,
    columns,
    rows: rows - ROWS_BESIDE - FEWEST_SAID,
    glyphs,
  });
  const room = rows - picture.length - ROWS_BESIDE;
  const said = state.said.slice(-Math.max(FEWEST_SAID, room)).map((line) => [span(line, 'faint')]);
  const top = state.started ? [headingLine(state.started, nowMs)] : [];
  const foot = state.finished ? [] : [footer(input)];
  return [...top, ...picture, ...(said.length > 0 ? [BLANK, ...said] : []), ...foot]
    .slice(0, rows)
    .map((line) => clip(line, columns, theme.ellipsis));
}

/** The capacity of the store, and the time and speed of the demo. */
export function headingLine({ demand, atMs, speed }: FlushStarted, nowMs: number): Line {
  return [
    span(
      `capacity ${formatWrites(demand.capacity)} writes/s, steady ${formatWrites(demand.steadyWrites)}, each flush adds ${formatWrites(demand.writesPerFlush)}`,
    ),
    span(`  ${formatDuration(nowMs - atMs)} at ${speed}x`, 'faint'),
  ];
}

function footer({ state, keys }: FlushFrameInput): Line {
  if (state.quitting) return [span('leaving', 'warn')];
  return [span(keys ? 'q' : 'Ctrl-C', 'strong'), span(' quit', 'faint')];
}
