import { firstNames } from '../../../shared/format.ts';
import type { CellState, PodCell, ZoneRow } from '../../../shared/rollout/decide/snapshot.ts';
import type { Tone } from '../narration/tone.ts';
import { fit, type Line, lineWidth, type Span, span, widthOf } from '../terminal/line.ts';
import { CELL_TONES, PHASE_TONES, type Theme } from '../terminal/theme.ts';

/** Cells are grouped by ten, so that they can be counted. */
const GROUP = 10;
/** Pods per cell; the smallest number that fits is used. */
const PODS_PER_CELL = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];
const LONGEST_ZONE_NAME = 20;
/** Columns of a label in addition to name and counts: the mark and the gaps. */
const LABEL_SPACES = 6;

/** The layout of the zones, shared by all so that columns line up. */
export interface Grid {
  podsPerCell: number;
  cellsPerRow: number;
  nameWidth: number;
  countWidth: number;
  /** Rows for all zones together. */
  rows: number;
}

/**
 * Chooses the finest grid that fits: one pod per cell, or 2, 5, 10, … pods per cell if there are too many.
 *
 * @param maxRows for all zones together; the coarsest grid still needs one row per zone
 */
export function layOutGrid(zones: readonly ZoneRow[], columns: number, maxRows: number): Grid {
  const longestName = Math.max(0, ...zones.map((zone) => widthOf(rowName(zone))));
  const nameWidth = Math.min(longestName, LONGEST_ZONE_NAME, Math.max(3, Math.floor(columns / 4)));
  const countWidth = Math.max(3, ...zones.map((zone) => counts(zone).length));
  const available = Math.max(1, columns - labelWidth({ nameWidth, countWidth }));
  const largest = Math.max(1, ...zones.map(({ cells }) => cells.length));
  const grids = PODS_PER_CELL.map((podsPerCell): Grid => {
    const cellsPerRow = fittingCells(available, Math.ceil(largest / podsPerCell));
    const rows = zones.reduce((sum, { cells }) => sum + rowsFor(cells.length, podsPerCell, cellsPerRow), 0);
    return { podsPerCell, cellsPerRow, nameWidth, countWidth, rows };
  });
  const [finest, coarsest] = [grids[0], grids.at(-1)];
  if (!finest || !coarsest) throw new Error('there is always a grid');
  return grids.find(({ rows }) => rows <= maxRows) ?? coarsest;
}

/**
 * A zone's lines: its mark, name and counts before the first row of cells, further rows below.
 *
 * @param cursor name of the pod whose cell is marked
 */
export function zoneLines(zone: ZoneRow, grid: Grid, theme: Theme, cursor: string | undefined): Line[] {
  const cells = chunk(zone.cells, grid.podsPerCell).map((group) => ({
    state: groupState(group),
    chosen: group.some(({ name }) => name === cursor),
  }));
  const rows = chunk(cells, grid.cellsPerRow);
  const indent = span(' '.repeat(labelWidth(grid)));
  const label = labelOf(zone, grid, theme);
  if (rows.length === 0) return [label];
  return rows.map((row, index) => [...(index === 0 ? label : [indent]), ...cellSpans(row, theme)]);
}

/** The meaning of the glyphs, below the cells, and the number of pods per cell if it is not one. */
export function legendLine(grid: Grid, columns: number, theme: Theme): Line {
  const meanings: [CellState, string][] = [
    ['updated', 'new'],
    ['replacing', 'being replaced'],
    ['stale', 'old'],
    ['unready', 'down'],
  ];
  const spans = meanings.flatMap(([state, meaning], index) => [
    span(`${index === 0 ? '' : '  '}${theme.cells[state]}`, CELL_TONES[state]),
    span(` ${meaning}`, 'faint'),
  ]);
  const scale = grid.podsPerCell === 1 ? [] : [span(`  1 cell: ${grid.podsPerCell} pods`, 'faint')];
  const legend = [...spans, ...scale];
  const indent = Math.min(labelWidth(grid), columns - lineWidth(legend));
  return indent > 0 ? [span(' '.repeat(indent)), ...legend] : legend;
}

/**
 * One state for several adjacent pods. Trouble is always visible; a cell counts as new only if all its pods are, so
 * that the view is never ahead of the rollout.
 */
export function groupState(cells: readonly PodCell[]): CellState {
  const states = new Set(cells.map(({ state }) => state));
  if (states.has('unready')) return 'unready';
  if (states.has('replacing')) return 'replacing';
  return states.has('stale') ? 'stale' : 'updated';
}

function labelWidth({ nameWidth, countWidth }: Pick<Grid, 'nameWidth' | 'countWidth'>): number {
  return nameWidth + countWidth + LABEL_SPACES;
}

/** The zone, and of a group its StatefulSets if their names do not tell the zone. */
function rowName({ zone, sets = [] }: ZoneRow): string {
  const others = sets.filter((name) => name !== zone && !name.endsWith(`-${zone}`));
  return others.length === 0 ? zone : `${zone} (${firstNames(others)})`;
}

function labelOf(zone: ZoneRow, grid: Grid, theme: Theme): Line {
  const name = fit(rowName(zone), grid.nameWidth, theme.ellipsis);
  return [
    span(`${theme.phases[zone.phase]} `, PHASE_TONES[zone.phase]),
    span(name, zone.phase === 'active' ? 'strong' : 'normal'),
    span(`  ${counts(zone).padStart(grid.countWidth)}  `, zone.phase === 'pending' ? 'faint' : 'normal'),
  ];
}

/** Adjacent cells in the same state become one span; the marked cell is a separate span. */
function cellSpans(cells: readonly { state: CellState; chosen: boolean }[], theme: Theme): Span[] {
  const spans: Span[] = [];
  const add = (text: string, tone: Tone) => {
    const last = spans.at(-1);
    if (last && last.tone === tone) last.text += text;
    else spans.push(span(text, tone));
  };
  cells.forEach(({ state, chosen }, index) => {
    if (index > 0 && index % GROUP === 0)
      add(' ', spans.at(-1)?.tone === 'chosen' ? 'normal' : CELL_TONES[state]);
    add(theme.cells[state], chosen ? 'chosen' : CELL_TONES[state]);
  });
  return spans;
}

/**
 * Cells per row, with the gaps between groups; if a zone needs several rows, complete groups and rows of equal length.
 */
function fittingCells(columns: number, wanted: number): number {
  if (wanted + gaps(wanted) <= columns) return wanted;
  const groups = Math.floor((columns + 1) / (GROUP + 1));
  if (groups === 0) return columns;
  const rows = Math.ceil(wanted / (groups * GROUP));
  return Math.ceil(wanted / rows / GROUP) * GROUP;
}

function gaps(cells: number): number {
  return Math.floor(Math.max(0, cells - 1) / GROUP);
}

function rowsFor(pods: number, podsPerCell: number, cellsPerRow: number): number {
  return Math.max(1, Math.ceil(Math.ceil(pods / podsPerCell) / cellsPerRow));
}

function counts({ updated, total }: ZoneRow): string {
  return `${updated}/${total}`;
}

function chunk<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}
