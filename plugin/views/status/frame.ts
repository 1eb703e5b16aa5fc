import { oneLine } from '../../../shared/format.ts';
import {
  type FleetStatus,
  needsAttention,
  type StatusRow,
  type StatusState,
} from '../../status/decide/rows.ts';
import {
  allowedText,
  cordonedText,
  rolloutText,
  stateWord,
  statusNotes,
  workloadWord,
  zoneText,
} from '../../status/table.ts';
import type { Tone } from '../narration/tone.ts';
import { type Section, stack } from '../terminal/allot.ts';
import { helpLines, labelled } from '../terminal/labelled.ts';
import { clip, fit, type Line, span, widthOf } from '../terminal/line.ts';
import { fixed, gap } from '../terminal/sections.ts';
import type { Surface } from '../terminal/shell.tsx';
import { chosenIndex, chosenRow, type StatusViewState } from './reducer.ts';

/** The inputs of a frame of the live view. */
export interface StatusFrameInput extends Pick<Surface, 'size' | 'theme' | 'keys'> {
  state: StatusViewState;
  title: string;
  /** Whether names are shown with their namespaces. */
  namespaces: boolean;
}

const STATE_TONES: Readonly<Record<StatusState, Tone>> = {
  'zones-down': 'bad',
  failed: 'bad',
  unhealthy: 'bad',
  held: 'warn',
  'no-open-node': 'warn',
  stopped: 'warn',
  'budget-problem': 'warn',
  'rolling-out': 'busy',
  draining: 'busy',
  outdated: 'normal',
  ok: 'good',
};

/** The mark of the chosen row, and the space between columns. */
const MARK = 2;
const BETWEEN = 2;
const WIDEST_COLUMN = 44;
/** How many columns are shown however narrow the terminal is. */
const ALWAYS = 3;

interface Column {
  title: string;
  text(row: StatusRow): string;
  tone?(row: StatusRow): Tone;
}

/** Lays out the frame: at most `rows - 1` lines of at most `columns - 1` columns. */
export function layOutStatus(input: StatusFrameInput): Line[] {
  const columns = Math.max(1, input.size.columns - 1);
  const rows = Math.max(1, input.size.rows - 1);
  return stack(sectionsOf(input, columns), rows).map((line) =>
    clip(withoutTrailingSpace(line), columns, input.theme.ellipsis),
  );
}

/** Padding of the last column must not look like text that was cut off. */
function withoutTrailingSpace(line: Line): Line {
  const last = line.findLastIndex(({ text }) => text.trim() !== '');
  return line
    .slice(0, last + 1)
    .map((each, index) => (index === last ? { ...each, text: each.text.trimEnd() } : each));
}

function sectionsOf(input: StatusFrameInput, columns: number): Section[] {
  const { state, theme } = input;
  const { status, lost } = state;
  const closing = [gap, fixed(3, [footer(input)])];
  if (!status) {
    return [
      fixed(1, [[span(input.title, 'strong')]]),
      fixed(2, [[span(`reading the cluster${theme.ellipsis}`, 'faint')]]),
      ...closing,
    ];
  }
  const row = chosenRow(state);
  const below = state.help
    ? helpLines(TOPICS, columns, theme)
    : [...(row ? detailLines(row, columns, input) : []), ...noteLines(status, columns, input)];
  return [
    fixed(1, [heading(input.title, status)]),
    fixed(
      4,
      lost === undefined ? [] : [[span(`possibly outdated, the watch is broken: ${oneLine(lost)}`, 'bad')]],
    ),
    gap,
    ...tableSections(status, columns, input),
    gap,
    fixed(6, below),
    ...closing,
  ];
}

function heading(title: string, { items }: FleetStatus): Line {
  const trouble = items.filter(needsAttention).length;
  return [
    span(title, 'strong'),
    span(`   ${items.length === 1 ? '1 workload' : `${items.length} workloads`}, `, 'faint'),
    trouble > 0 ? span(`${trouble} in trouble`, 'bad') : span('none in trouble', 'good'),
  ];
}

function tableSections(status: FleetStatus, columns: number, input: StatusFrameInput): Section[] {
  const { items } = status;
  if (items.length === 0) return [fixed(2, [[span('no workloads are spread over zones', 'faint')]])];
  const shown = columnsThatFit(items, columns, input.namespaces);
  const chosen = chosenIndex(input.state);
  return [
    fixed(5, [
      [span(' '.repeat(MARK)), ...shown.flatMap(({ title, width }) => cell(title, width, 'faint', input))],
    ]),
    {
      rank: 2,
      min: Math.min(3, items.length),
      want: items.length,
      draw: (height) => {
        const first = Math.max(0, Math.min(chosen - Math.floor(height / 2), items.length - height));
        return items
          .slice(first, first + height)
          .map((row, index) => rowLine(row, first + index === chosen, shown, input));
      },
    },
  ];
}

function rowLine(
  row: StatusRow,
  isChosen: boolean,
  shown: readonly (Column & { width: number })[],
  input: StatusFrameInput,
): Line {
  const mark = span(isChosen ? fit(input.theme.phases.active, MARK, '') : ' '.repeat(MARK), 'strong');
  return [
    mark,
    ...shown.flatMap(({ text, width, tone }, index) =>
      cell(
        text(row),
        index === shown.length - 1 ? Math.min(width, widthOf(oneLine(text(row)))) : width,
        index === 0 && isChosen ? 'chosen' : (tone?.(row) ?? 'normal'),
        input,
      ),
    ),
  ];
}

function cell(text: string, width: number, tone: Tone, { theme }: StatusFrameInput) {
  return [span(fit(oneLine(text), width, theme.ellipsis), tone), span(' '.repeat(BETWEEN))];
}

/** The first columns always, the others while there is room. */
function columnsThatFit(
  items: readonly StatusRow[],
  columns: number,
  namespaces: boolean,
): (Column & { width: number })[] {
  const nameOf = (row: StatusRow) => `${namespaces ? `${row.namespace}/` : ''}${workloadWord(row)}`;
  const all: Column[] = [
    { title: 'WORKLOAD', text: nameOf },
    { title: 'STATE', text: stateWord, tone: ({ state }) => STATE_TONES[state] },
    healthColumn(items, columns),
    { title: 'UPDATED', text: ({ updated, pods }) => `${updated}/${pods}` },
    { title: 'ROLLOUT', text: (row) => rolloutText(row, false) },
    { title: 'EVICTIONS', text: allowedText },
    { title: 'CORDONED', text: ({ cordoned }) => cordonedText(cordoned) },
  ];
  let left = columns - MARK;
  const shown: (Column & { width: number })[] = [];
  for (const [index, column] of all.entries()) {
    const widest = Math.max(widthOf(column.title), ...items.map((row) => widthOf(oneLine(column.text(row)))));
    const width = Math.min(WIDEST_COLUMN, widest);
    if (index >= ALWAYS && width > left) break;
    shown.push({ ...column, width });
    left -= width + BETWEEN;
  }
  return shown;
}

/** Names such as `eu-west-1a` are shown without what they have in common, where there is little room. */
function healthColumn(items: readonly StatusRow[], columns: number): Column {
  const names = items.flatMap(({ zones }) => zones.flatMap(({ zone }) => zone ?? []));
  const longest = Math.max(0, ...items.map(({ zones }) => widthOf(zones.map(zoneText).join(', '))));
  const common = longest > columns / 2 - MARK ? commonStart(names) : '';
  return {
    title: common === '' ? 'HEALTHY' : `HEALTHY ${common}*`,
    text: ({ zones }) =>
      zones.map((zone) => zoneText({ ...zone, zone: zone.zone?.slice(common.length) ?? null })).join(', '),
  };
}

function commonStart(names: readonly string[]): string {
  const [first = ''] = names;
  let length = first.length - 1;
  while (
    length > 0 &&
    !names.every((name) => name.length > length && name.startsWith(first.slice(0, length)))
  ) {
    length -= 1;
  }
  return first.slice(0, Math.max(0, length));
}

/** What the columns of the chosen row have no room for. */
function detailLines(row: StatusRow, columns: number, { theme }: StatusFrameInput): Line[] {
  const lines = (label: string, tone: Tone, text: string, maxRows = 2) =>
    text === ''
      ? []
      : labelled({ text: label, tone }, oneLine(text), { columns, maxRows, ellipsis: theme.ellipsis });
  const budgets = row.budgets.map((budget) => {
    const problem = budget.problem === null ? '' : ` (${budget.problem})`;
    return `${budget.name}, at most ${budget.maxUnavailable} unavailable: ${allowedText({ budgets: [budget] })}${problem}`;
  });
  return [
    [span(`${row.namespace}/${workloadWord(row)}`, 'strong')],
    ...lines('why', STATE_TONES[row.state], row.why, 3),
    ...lines(
      'revision',
      'faint',
      `${row.updated} of ${row.pods} pods on ${row.revision || 'an unknown revision'}`,
    ),
    ...lines('rollout', 'faint', row.rollout || row.drain ? rolloutText(row, true) : '', 3),
    ...lines('budget', 'faint', budgets.join('; ') || 'none', 3),
  ];
}

function noteLines(status: FleetStatus, columns: number, { theme }: StatusFrameInput): Line[] {
  const notes = statusNotes(status);
  return notes.flatMap((note) =>
    labelled({ text: 'note', tone: 'faint' }, oneLine(note), {
      columns,
      maxRows: 2,
      ellipsis: theme.ellipsis,
    }),
  );
}

const TOPICS = [
  ['j, k', 'or down, up: choose a workload'],
  ['enter', 'open its rollout; without one its budget'],
  ['b', 'open its budget'],
  ['q, Ctrl-C', 'quit; in the view of a rollout or budget, q comes back here'],
  ['?', 'close this help'],
] as const;

function footer({ state, keys }: StatusFrameInput): Line {
  if (state.quitting) return [span('leaving', 'warn')];
  if (!keys) return [span('Ctrl-C', 'strong'), span(' quit', 'faint')];
  return [
    ...[span('q', 'strong'), span(' quit   ', 'faint')],
    ...[span('j k', 'strong'), span(' choose   ', 'faint')],
    ...[span('enter', 'strong'), span(' open   ', 'faint')],
    ...[span('?', 'strong'), span(' help', 'faint')],
  ];
}
