import { plural } from '../../../shared/format.ts';
import type { DrainZoneRow } from '../../drain/decide/snapshot.ts';
import type { Section } from '../terminal/allot.ts';
import { fit, type Line, span, widthOf } from '../terminal/line.ts';
import { mostImportant } from '../terminal/pick.ts';
import { PHASE_TONES, type PhaseLook, type Theme } from '../terminal/theme.ts';
import { nodeLines } from './nodes.ts';

const LONGEST_NAME = 20;
/** `no zone label`. */
const SHORTEST_NAME = 13;
/** One node and the number of the others. */
const FEWEST_NODE_ROWS = 2;

const LOOKS: Readonly<Record<DrainZoneRow['phase'], PhaseLook>> = {
  pending: 'pending',
  draining: 'active',
  recovering: 'active',
  finished: 'finished',
};

/**
 * One line per zone, and below zones being drained their nodes.
 *
 * @param rows of the complete frame, about half of which may be used
 */
export function zoneSection(
  zones: readonly DrainZoneRow[],
  columns: number,
  rows: number,
  theme: Theme,
): Section {
  const nodes = zones.filter(isDrained).reduce((sum, zone) => sum + zone.nodes.length, 0);
  const fewest = zones.length + Math.min(FEWEST_NODE_ROWS, nodes);
  const most = Math.max(fewest, Math.floor(rows / 2));
  return {
    rank: 5,
    min: fewest,
    want: Math.min(most, zones.length + nodes),
    draw: (height) => zoneLines(zones, columns, height, theme),
  };
}

/** The zones in at most `maxRows` rows; zones without a row are counted in the last one. */
export function zoneLines(
  zones: readonly DrainZoneRow[],
  columns: number,
  maxRows: number,
  theme: Theme,
): Line[] {
  const fits = zones.length <= maxRows;
  const shown = fits ? zones : mostImportant(zones, maxRows - 1, importance);
  const widths = widthsOf(zones, columns);
  let left = maxRows - shown.length - (fits ? 0 : 1);
  const lines = shown.flatMap((zone) => {
    const nodes = isDrained(zone) ? nodeLines(zone.nodes, columns, left, theme) : [];
    left -= nodes.length;
    return [zoneLine(zone, widths, theme), ...nodes];
  });
  return fits ? lines : [...lines, hiddenZones(zones, shown)];
}

function isDrained({ phase }: DrainZoneRow): boolean {
  return phase === 'draining';
}

function zoneLine(zone: DrainZoneRow, { name, counts }: ReturnType<typeof widthsOf>, theme: Theme): Line {
  const look = LOOKS[zone.phase];
  return [
    span(`${theme.phases[look]} `, PHASE_TONES[look]),
    span(fit(zone.zone, name, theme.ellipsis), look === 'active' ? 'strong' : 'normal'),
    span(`  ${countsOf(zone).padStart(counts)} nodes  `, look === 'pending' ? 'faint' : 'normal'),
    span(detailOf(zone), PHASE_TONES[look]),
  ];
}

function detailOf({ phase, nodes }: DrainZoneRow): string {
  const pods = nodes.reduce((sum, node) => sum + node.pods, 0);
  const left = nodes.reduce((sum, node) => sum + node.left, 0);
  switch (phase) {
    case 'pending':
      return plural(pods, 'pod');
    case 'draining':
      return `${pods - left} of ${plural(pods, 'pod')} evicted`;
    case 'recovering':
      return 'drained; waiting for pods to recover';
    case 'finished':
      return '';
  }
}

function widthsOf(zones: readonly DrainZoneRow[], columns: number): { name: number; counts: number } {
  const longest = Math.max(0, ...zones.map(({ zone }) => widthOf(zone)));
  return {
    name: Math.min(longest, LONGEST_NAME, Math.max(SHORTEST_NAME, Math.floor(columns / 4))),
    counts: Math.max(0, ...zones.map((zone) => countsOf(zone).length)),
  };
}

function countsOf({ nodes }: DrainZoneRow): string {
  return `${nodes.filter(({ phase }) => phase === 'drained').length}/${nodes.length}`;
}

function importance({ phase }: DrainZoneRow): number {
  return { draining: 3, recovering: 2, pending: 1, finished: 0 }[phase];
}

function hiddenZones(zones: readonly DrainZoneRow[], shown: readonly DrainZoneRow[]): Line {
  const hidden = zones.filter((zone) => !shown.includes(zone));
  const finished = hidden.filter(({ phase }) => phase === 'finished').length;
  return [span(`  and ${plural(hidden.length, 'zone')} more, ${finished} of them finished`, 'faint')];
}
