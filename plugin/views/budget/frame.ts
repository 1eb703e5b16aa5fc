import { firstNames, oneLine, plural } from '../../../shared/format.ts';
import type { BudgetReport, ZoneReport } from '../../budget/report.ts';
import { maxUnavailableText } from '../../budget/table.ts';
import { BLANK, clip, fit, type Line, lineWidth, type Span, span, widthOf } from '../terminal/line.ts';
import type { Surface } from '../terminal/shell.tsx';
import { CELL_TONES, type Theme } from '../terminal/theme.ts';
import type { BudgetViewState } from './reducer.ts';

/** The inputs of a frame of the live view. */
export interface BudgetFrameInput extends Pick<Surface, 'size' | 'theme' | 'keys'> {
  state: BudgetViewState;
  title: string;
  /** Whether names are shown with their namespaces. */
  namespaces: boolean;
}

const LONGEST_ZONE_NAME = 20;
const MOST_CELLS = 30;

/**
 * Lays out the frame: at most `rows - 1` lines of at most `columns - 1` columns, because Ink clears the screen for
 * anything higher, and some terminals wrap a full line.
 */
export function layOutBudgets(input: BudgetFrameInput): Line[] {
  const { state, theme, size } = input;
  const columns = Math.max(1, size.columns - 1);
  const rows = Math.max(1, size.rows - 1);
  const head = [[span(input.title, 'strong')]];
  const foot = [...lostLine(state), legend(theme), footer(input)];
  const room = Math.max(0, rows - head.length - foot.length - 1);
  return [...head, ...body(input, columns, room), BLANK, ...foot]
    .slice(0, rows)
    .map((line) => clip(line, columns, theme.ellipsis));
}

function body(input: BudgetFrameInput, columns: number, room: number): Line[] {
  const { reports } = input.state;
  if (!reports) return [[span(`reading the cluster${input.theme.ellipsis}`, 'faint')]];
  if (reports.length === 0) return [[span('no zone disruption budgets', 'faint')]];
  const blocks = reports.map((report) => ({ report, lines: budgetLines(report, input, columns) }));
  const height = blocks.reduce((sum, { lines }) => sum + lines.length, 0);
  if (height <= room) return blocks.flatMap(({ lines }) => lines);

  // If there is too little room, budgets in trouble are shown and the others counted.
  let left = room - 1;
  const shown = new Set<BudgetReport>();
  for (const { report, lines } of [...blocks].sort((a, b) => trouble(b.report) - trouble(a.report))) {
    if (lines.length > left) continue;
    left -= lines.length;
    shown.add(report);
  }
  const hidden = reports.length - shown.size;
  return [
    ...blocks.filter(({ report }) => shown.has(report)).flatMap(({ lines }) => lines),
    [span(`and ${plural(hidden, 'more budget')} not shown`, 'faint')],
  ];
}

function trouble({ zones, problem }: BudgetReport): number {
  if (problem !== undefined) return 2;
  return zones.some(({ unavailable, reserved }) => unavailable.length + reserved.length > 0) ? 1 : 0;
}

function budgetLines(report: BudgetReport, input: BudgetFrameInput, columns: number): Line[] {
  const { theme, namespaces } = input;
  const name = namespaces ? `${report.namespace}/${report.name}` : report.name;
  const most = `at most ${maxUnavailableText(report)} of ${plural(report.expectedReplicas, 'pod')} down, in one zone`;
  const head: Line = [
    span(name, 'strong'),
    ...(report.malformed ? [] : [span(`  ${most}`, 'faint')]),
    ...(report.dryRun ? [span('  only warns', 'warn')] : []),
  ];
  const width = Math.min(
    LONGEST_ZONE_NAME,
    Math.max(0, ...report.zones.map(({ zone }) => widthOf(zone ?? UNKNOWN))),
  );
  const counts = Math.max(0, ...report.zones.map(({ healthy, expected }) => `${healthy}/${expected}`.length));
  const cells = Math.min(
    MOST_CELLS,
    Math.max(1, ...report.zones.map(({ expected }) => expected)),
    Math.max(1, columns - width - counts - 50),
  );
  const zones = report.zones.map((zone) => zoneLine(zone, { width, counts, cells }, theme));
  return [BLANK, head, ...noteLines(report), ...zones];
}

const UNKNOWN = 'unknown zone';

function zoneLine(
  zone: ZoneReport,
  { width, counts, cells }: { width: number; counts: number; cells: number },
  theme: Theme,
): Line {
  const spans = zoneCells(zone, cells, theme);
  const drawn = lineWidth(spans);
  const down = firstNames(zone.unavailable.map(({ pod, why }) => `${pod} (${why})`));
  const going = zone.reserved.length > 0 ? `reserved: ${firstNames(zone.reserved)}` : '';
  return [
    span(`  ${fit(zone.zone ?? UNKNOWN, width, theme.ellipsis)}  `),
    span(`${`${zone.healthy}/${zone.expected}`.padStart(counts)} healthy  `),
    ...spans,
    span(' '.repeat(Math.max(0, cells - drawn) + 2)),
    span(zone.allowed > 0 ? `${zone.allowed} allowed` : '0 allowed', zone.allowed > 0 ? 'good' : 'warn'),
    ...(going === '' ? [] : [span(`  ${oneLine(going)}`, 'busy')]),
    ...(down === '' ? [] : [span(`  ${oneLine(down)}`, 'bad')]),
  ];
}

function noteLines({ problem, stale }: BudgetReport): Line[] {
  return [
    ...(problem === undefined ? [] : [[span(`  ${oneLine(problem)}`, 'bad')]]),
    ...(stale.length === 0 ? [] : [[span(`  its status is outdated: ${oneLine(stale.join('; '))}`, 'warn')]]),
  ] as Line[];
}

function lostLine({ lost }: BudgetViewState): Line[] {
  return lost === undefined
    ? []
    : [[span(`possibly outdated, the watch is broken: ${oneLine(lost)}`, 'bad')]];
}

function legend({ cells }: Theme): Line {
  return [
    span(cells.updated, 'good'),
    span(' healthy  ', 'faint'),
    span(cells.replacing, 'busy'),
    span(' reserved  ', 'faint'),
    span(cells.unready, 'bad'),
    span(' down', 'faint'),
  ];
}

function footer({ state, keys }: BudgetFrameInput): Line {
  if (state.quitting) return [span('leaving', 'warn')];
  return keys
    ? [span('q', 'strong'), span(' quit', 'faint')]
    : [span('Ctrl-C', 'strong'), span(' quit', 'faint')];
}

/** Number of a zone's pods in one state, as cells. */
interface Part {
  state: 'updated' | 'replacing' | 'unready';
  pods: number;
}

/**
 * A zone's pods as cells: healthy, reserved for eviction, and unhealthy ones. One cell per pod if they fit; otherwise
 * cells in proportion, with at least one for each kind of trouble.
 *
 * @param columns maximum number of cells
 */
function zoneCells(zone: ZoneReport, columns: number, theme: Theme): Span[] {
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
