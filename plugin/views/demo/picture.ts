import { formatDuration } from '../../../shared/format.ts';
import type { StoreFigures } from '../../demo/flush/events.ts';
import { latestLoad, type SideRecord } from '../../demo/flush/record.ts';
import { SIDES, type Side } from '../../demo/flush/scenario.ts';
import { peakBetween, storeFigures } from '../../demo/flush/store.ts';
import { BLANK, type Line, span } from '../terminal/line.ts';
import { chartLines, formatWrites, LABEL_WIDTH, timeAxis } from './chart.ts';
import type { ChartGlyphs } from './glyphs.ts';
import { flushVerb, SIDE_NAMES } from './names.ts';
import { scaleFor } from './scale.ts';
import type { FlushState } from './state.ts';

export interface PictureInput {
  state: Pick<FlushState, 'started' | 'record'>;
  /** On the sandbox's clock. */
  nowMs: number;
  columns: number;
  rows: number;
  glyphs: ChartGlyphs;
}

/** Two headings, two capacity lines, the gap between the charts, and the axis. */
const ROWS_BESIDE_CHARTS = 7;
const FEWEST_COLUMNS = 10;

/** The load of both sides on the store, one chart below the other, with the same time axis and scale. */
export function pictureLines({ state, nowMs, columns, rows, glyphs }: PictureInput): Line[] {
  const { started, record } = state;
  if (!started) return [];
  const { demand, atMs: startMs, expectedMs } = started;
  const width = Math.max(FEWEST_COLUMNS, columns - LABEL_WIDTH);
  const spanMs = Math.max(expectedMs, nowMs - startMs);
  const sides = SIDES.map((side) => ({
    side,
    figures: storeFigures(record[side], demand.capacity, nowMs),
    values: binned(record[side], { startMs, nowMs, spanMs, width }),
  }));
  const peaks = sides.map(({ figures }) => figures.peakWritesPerSecond);
  const room = rows - ROWS_BESIDE_CHARTS;
  const scale = scaleFor(demand.capacity, peaks, room);
  const most = Math.max(2, room - scale.rowsBelow + 1);
  const charts = sides.map(({ side, figures, values }) => [
    headLine(side, record[side], figures, started.pods),
    ...chartLines({ values, capacity: demand.capacity, scale, most }, glyphs),
  ]);
  return [
    ...charts.flatMap((lines, index) => (index === 0 ? lines : [BLANK, ...lines])),
    ...timeAxis(spanMs, width, glyphs),
  ];
}

interface Bins {
  startMs: number;
  nowMs: number;
  spanMs: number;
  width: number;
}

/** The peak within each column's time, so that an average does not hide it; empty after `nowMs`. */
function binned({ loads }: SideRecord, { startMs, nowMs, spanMs, width }: Bins): (number | undefined)[] {
  const binMs = spanMs / width;
  return Array.from({ length: width }, (_, column) => {
    const fromMs = startMs + column * binMs;
    return peakBetween(loads, fromMs, Math.min(fromMs + binMs, nowMs));
  });
}

function headLine(side: Side, record: SideRecord, figures: StoreFigures, pods: number): Line {
  const load = latestLoad(record);
  const { writesLost, tookMs } = figures;
  const now =
    tookMs !== undefined
      ? `  done after ${formatDuration(tookMs)}`
      : load && load.flushing > 0
        ? `  ${load.flushing} of ${pods} ${flushVerb(load.flushing)}, ${formatWrites(load.writesPerSecond)} writes/s`
        : '';
  return [
    span(SIDE_NAMES[side], 'strong'),
    span(now),
    ...(writesLost > 0
      ? [span(`  ${formatWrites(writesLost)} writes lost`, 'bad')]
      : [span('  no writes lost', 'good')]),
  ];
}
