import type { ZoneReport } from '../../budget/report.ts';
import { type Span, span } from '../terminal/line.ts';
import { CELL_TONES, type Theme } from '../terminal/theme.ts';

/** How many pods of a zone are in which state, as cells. */
interface Part {
  state: 'updated' | 'replacing' | 'unready';
  pods: number;
}

/**
 * A zone's pods as cells: those that serve, those that are about to go, those that do not serve. A cell a pod where
 * they fit; else cells in proportion, of which trouble always has at least one.
 *
 * @param columns most cells
 */
export function zoneCells(zone: ZoneReport, columns: number, theme: Theme): Span[] {
  const parts: Part[] = [
    { state: 'updated', pods: Math.max(0, zone.healthy - zone.reserved.length) },
    { state: 'replacing', pods: zone.reserved.length },
    { state: 'unready', pods: zone.expected - zone.healthy },
  ];
  const total = parts.reduce((sum, { pods }) => sum + pods, 0);
  const scale = Math.min(1, columns / Math.max(1, total));
  const [, ...trouble] = parts.map(({ pods }) => (pods === 0 ? 0 : Math.max(1, Math.floor(pods * scale))));
  const width = Math.min(columns, total);
  const rest = Math.max(0, width - trouble.reduce((sum, cells) => sum + cells, 0));
  return [rest, ...trouble].flatMap((cells, index) => {
    const state = parts[index]?.state;
    return cells > 0 && state ? [span(theme.cells[state].repeat(cells), CELL_TONES[state])] : [];
  });
}
