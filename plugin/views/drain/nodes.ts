import { plural } from '../../../shared/format.ts';
import type { DrainNodeRow } from '../../drain/decide/snapshot.ts';
import { fit, type Line, span, widthOf } from '../terminal/line.ts';
import { mostImportant } from '../terminal/pick.ts';
import { bar } from '../terminal/status.ts';
import type { Theme } from '../terminal/theme.ts';
import { withoutSharedDomain } from './names.ts';

const INDENT = 4;
const LONGEST_NAME = 40;
const LONGEST_BAR = 20;
const SHORTEST_BAR = 5;
const GAP = 2;

/**
 * One line per node in at most `maxRows` rows. If there are more nodes than rows, those being drained come first, and a
 * last line counts the others.
 */
export function nodeLines(
  nodes: readonly DrainNodeRow[],
  columns: number,
  maxRows: number,
  theme: Theme,
): Line[] {
  if (maxRows <= 0) return [];
  const fits = nodes.length <= maxRows;
  const shown = fits ? nodes : mostImportant(nodes, maxRows - 1, importance);
  const shorter = withoutSharedDomain(nodes.map(({ name }) => name));
  const names = shown.map(({ name }) => shorter(name));
  const nameWidth = Math.min(
    Math.max(0, ...names.map(widthOf)),
    LONGEST_NAME,
    Math.max(3, Math.floor(columns / 2)),
  );
  const textWidth = Math.max(0, ...nodes.map((node) => widthOf(describe(node))));
  const barWidth = Math.min(LONGEST_BAR, columns - INDENT - nameWidth - textWidth - 2 * GAP);
  const lines = shown.map((node, index): Line => {
    const name = fit(names[index] ?? '', nameWidth, theme.ellipsis) + ' '.repeat(GAP);
    const drawn =
      barWidth < SHORTEST_BAR
        ? []
        : [...bar(node.pods - node.left, node.pods, barWidth, theme), span(' '.repeat(GAP))];
    return [span(' '.repeat(INDENT)), span(name), ...drawn, span(describe(node), TONES[node.phase])];
  });
  return fits ? lines : [...lines, hiddenNodes(nodes, shown)];
}

const TONES = { pending: 'faint', draining: 'busy', drained: 'good' } as const;

function describe({ phase, pods, left, terminating }: DrainNodeRow): string {
  if (phase === 'drained') return 'drained';
  if (phase === 'pending') return plural(pods, 'pod');
  return terminating > 0 ? `${left} to go, ${terminating} terminating` : `${left} to go`;
}

function importance({ phase, left }: DrainNodeRow): number {
  if (phase === 'draining') return left > 0 ? 3 : 2;
  return phase === 'pending' ? 1 : 0;
}

function hiddenNodes(nodes: readonly DrainNodeRow[], shown: readonly DrainNodeRow[]): Line {
  const hidden = nodes.filter((node) => !shown.includes(node));
  const drained = hidden.filter(({ phase }) => phase === 'drained').length;
  const left = hidden.reduce((sum, node) => sum + node.left, 0);
  const parts = [
    ...(drained > 0 ? [`${drained} of them drained`] : []),
    ...(left > 0 ? [`${plural(left, 'pod')} to go`] : []),
  ];
  const text = [`and ${plural(hidden.length, 'node')} more`, ...parts].join(', ');
  return [span(`${' '.repeat(INDENT)}${text}`, 'faint')];
}
