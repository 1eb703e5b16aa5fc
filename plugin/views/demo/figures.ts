import { formatDuration } from '../../../shared/format.ts';
import type { ExitCode } from '../../cli/errors.ts';
import type { StoreFigures } from '../../demo/flush/events.ts';
import { SIDES, type Side } from '../../demo/flush/scenario.ts';
import { formatWrites } from './chart.ts';
import { SIDE_NAMES } from './names.ts';
import type { FlushFinished } from './state.ts';

/**
 * The figures of both sides as a table, with right-aligned numbers, and a conclusion.
 *
 * @param capacity writes per second that the store accepts
 */
export function figureLines(
  { figures, exitCode }: Pick<FlushFinished, 'figures' | 'exitCode'>,
  capacity: number,
): string[] {
  const rows = [
    ['', ...SIDES.map((side) => SIDE_NAMES[side])],
    ...rowsOf(capacity).map(([name, text]) => [name, ...SIDES.map((side) => text(figures[side]))]),
  ];
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) =>
    row
      .map((text, column) =>
        column === 0 ? text.padEnd(widths[column] ?? 0) : text.padStart(widths[column] ?? 0),
      )
      .join('   '),
  );
  return [...lines, '', ...verdict(figures, exitCode)];
}

function rowsOf(capacity: number): [string, (figures: StoreFigures) => string][] {
  return [
    ['peak writes/s', ({ peakWritesPerSecond }) => formatWrites(peakWritesPerSecond)],
    [`time above ${formatWrites(capacity)} writes/s`, ({ overrunMs }) => formatDuration(overrunMs)],
    ['writes lost', ({ writesLost }) => formatWrites(writesLost)],
    ['most pods flushing at once', ({ mostFlushing }) => String(mostFlushing)],
    ['zones with pods flushing at once', ({ mostZonesFlushing }) => String(mostZonesFlushing)],
    ['time taken', ({ tookMs }) => (tookMs === undefined ? 'not finished' : formatDuration(tookMs))],
  ];
}

function verdict({ plain, zone }: Readonly<Record<Side, StoreFigures>>, exitCode: ExitCode): string[] {
  if (zone.overrunMs > 0)
    return [`kubectl zone overran the store: ${formatWrites(zone.writesLost)} writes lost`];
  if (exitCode !== 0 || zone.tookMs === undefined) return ['kubectl zone did not finish'];
  const longerMs = zone.tookMs - (plain.tookMs ?? zone.tookMs);
  return [
    `the plain rolling update lost ${formatWrites(plain.writesLost)} writes;`,
    `kubectl zone took ${formatDuration(longerMs)} longer and lost none`,
  ];
}
