import { plural } from '../../../shared/format.ts';
import type { ZoneRow } from '../../../shared/rollout/decide/snapshot.ts';
import { type Line, span } from '../terminal/line.ts';
import { mostImportant } from '../terminal/pick.ts';
import type { Theme } from '../terminal/theme.ts';
import { layOutGrid, legendLine, zoneLines } from './grid.ts';

/** Rows for one cell per pod and the legend, up to `maxRows`. */
export function zoneGridRows(zones: readonly ZoneRow[], columns: number, maxRows: number): number {
  return layOutGrid(zones, columns, maxRows - 1).rows + 1;
}

export interface ZoneGridOptions {
  columns: number;
  maxRows: number;
  theme: Theme;
  /** Name of the pod whose cell is marked. */
  cursor: string | undefined;
}

/**
 * The zones with their cells in at most `maxRows` rows, and a legend if there is a row for it. If there are more zones
 * than rows, zones in progress and those with pods down are shown, and a last line counts the others.
 */
export function zoneGrid(
  zones: readonly ZoneRow[],
  { columns, maxRows, theme, cursor }: ZoneGridOptions,
): Line[] {
  if (zones.length > maxRows) {
    const shown = mostImportant(zones, maxRows - 1, importance);
    const grid = layOutGrid(shown, columns, maxRows - 1);
    return [...shown.flatMap((zone) => zoneLines(zone, grid, theme, cursor)), hiddenZones(zones, shown)];
  }
  const explained = maxRows > zones.length;
  const grid = layOutGrid(zones, columns, explained ? maxRows - 1 : maxRows);
  const lines = zones.flatMap((zone) => zoneLines(zone, grid, theme, cursor));
  return explained ? [...lines, legendLine(grid, columns, theme)] : lines;
}

function importance({ phase, down }: ZoneRow): number {
  return (phase === 'active' ? 2 : 0) + (down > 0 ? 1 : 0);
}

function hiddenZones(zones: readonly ZoneRow[], shown: readonly ZoneRow[]): Line {
  const hidden = zones.filter((zone) => !shown.includes(zone));
  const finished = hidden.filter(({ phase }) => phase === 'finished').length;
  return [span(`  and ${plural(hidden.length, 'zone')} more, ${finished} of them finished`, 'faint')];
}
