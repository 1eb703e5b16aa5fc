import { oneLine } from '../../shared/format.ts';
import { UNKNOWN_ZONE } from '../../shared/kube/zones.ts';
import { listNames } from '../../shared/sentences.ts';
import type {
  CordonedZone,
  FleetStatus,
  StatusBudget,
  StatusRow,
  StatusState,
  StatusZone,
} from './decide/rows.ts';

/** Optional columns. */
export interface StatusTableOptions {
  /** Whether to show the namespace. */
  namespaces: boolean;
  /** All names and reasons instead of their beginnings. */
  wide: boolean;
}

const STATE_WORDS: Readonly<Record<StatusState, string>> = {
  'zones-down': 'zones down',
  failed: 'failed',
  unhealthy: 'unhealthy',
  held: 'waiting',
  'no-open-node': 'no open node',
  stopped: 'stopped',
  'budget-problem': 'budget problem',
  'rolling-out': 'rolling out',
  draining: 'draining',
  outdated: 'outdated',
  ok: 'ok',
};

const KIND_WORDS: Readonly<Record<StatusRow['kind'], string>> = { statefulset: 'sts', deployment: 'deploy' };
/** Of a reason in the table; `-o wide` shows all of it. */
const LONGEST_REASON = 60;

export function statusHeader({ namespaces, wide }: StatusTableOptions): string[] {
  return [
    ...(namespaces ? ['NAMESPACE'] : []),
    'WORKLOAD',
    'STATE',
    'HEALTHY',
    'UPDATED',
    'ROLLOUT',
    'EVICTIONS ALLOWED',
    'CORDONED NODES',
    ...(wide ? ['REVISION', 'BUDGETS', 'REASON'] : []),
  ];
}

/** One row per workload; every row is complete, for use with grep and awk. */
export function statusCells(row: StatusRow, { namespaces, wide }: StatusTableOptions): string[] {
  return [
    ...(namespaces ? [row.namespace] : []),
    workloadWord(row),
    stateWord(row),
    row.zones.map(zoneText).join(', ') || '-',
    `${row.updated}/${row.pods}`,
    rolloutText(row, wide),
    allowedText(row),
    cordonedText(row.cordoned),
    ...(wide
      ? [
          row.revision || '-',
          row.budgets.map(({ name, maxUnavailable }) => `${name} (${maxUnavailable})`).join(', ') || '-',
          row.why,
        ]
      : []),
  ].map(oneLine);
}

/** `sts/ingester`. */
export function workloadWord({ kind, name }: Pick<StatusRow, 'kind' | 'name'>): string {
  return `${KIND_WORDS[kind]}/${name}`;
}

/** `2 zones down`. */
export function stateWord({ state, zones }: Pick<StatusRow, 'state' | 'zones'>): string {
  if (state !== 'zones-down') return STATE_WORDS[state];
  return `${zones.filter(({ unhealthy }) => unhealthy.length > 0).length} ${STATE_WORDS[state]}`;
}

/** `zone-a 3/4`. */
export function zoneText({ zone, healthy, expected }: StatusZone): string {
  return `${zone ?? UNKNOWN_ZONE} ${healthy}/${expected}`;
}

/** Who does what; `-` if nobody does, or `stopped: why`. */
export function rolloutText({ rollout, drain }: Pick<StatusRow, 'rollout' | 'drain'>, wide: boolean): string {
  if (drain) return `drained by ${who(drain.by)}`;
  if (!rollout) return '-';
  const { state, by, wave, zone, reason } = rollout;
  const place = wave === null ? 'about to begin' : `wave ${wave} in ${zone}`;
  if (state === 'running') return `${place}, by ${who(by ?? '')}`;
  const said = reason === null || wide ? reason : shorten(withoutCommand(reason));
  const why = said ? `: ${said}` : '';
  if (state === 'held') return why.slice(2) || STATE_WORDS.held;
  return `${state === 'lost' ? 'its process is gone' : state}${why}`;
}

/** What the budgets allow now. */
export function allowedText({ budgets }: Pick<StatusRow, 'budgets'>): string {
  if (budgets.length === 0) return '<no budget>';
  return budgets.map(budgetText).join('; ');
}

function budgetText({ allowed, problem, dryRun }: StatusBudget): string {
  const open = allowed.filter(({ pods }) => pods > 0);
  const counts = new Set(open.map(({ pods }) => pods));
  const [count = 0] = counts;
  const warns = dryRun ? ' (only warns)' : '';
  if (open.length === 0) return `${problem === null ? 'none' : 'none: see -o wide'}${warns}`;
  if (open.length === allowed.length && counts.size === 1) return `${count} in any zone${warns}`;
  return `${open.map(({ zone, pods }) => `${pods} in ${zone ?? UNKNOWN_ZONE}`).join(' or ')}${warns}`;
}

/** `zone-a 2 of 4`. */
export function cordonedText(cordoned: readonly CordonedZone[]): string {
  return (
    cordoned.map(({ zone, nodes, of }) => `${zone ?? 'no zone'} ${nodes.length} of ${of}`).join(', ') || '-'
  );
}

/** Notes below the table: the cordoned nodes, what is not shown, and what could not be read. */
export function statusNotes({ cordoned, notSpread, notes, items }: FleetStatus): string[] {
  const nodes = cordoned.map(({ zone, nodes: names }) => `${listNames(names)} (${zone ?? 'no zone'})`);
  return [
    ...(nodes.length > 0 ? [`cordoned: ${nodes.join(', ')}`] : []),
    ...(notSpread > 0 && items.length > 0
      ? [
          `not shown, because neither spread over zones nor covered by a budget: ${notSpread === 1 ? '1 workload' : `${notSpread} workloads`}`,
        ]
      : []),
    ...notes,
  ];
}

/** `ann@laptop` of `ann@laptop/4711/x3f`. */
function who(holder: string): string {
  return holder.split('/')[0] ?? holder;
}

/** A reason without the command that continues, which is long. */
function withoutCommand(reason: string): string {
  return reason.split(/[;:]? ?(?:continue with|resume with): /)[0] ?? reason;
}

function shorten(text: string): string {
  const line = oneLine(text);
  return line.length > LONGEST_REASON ? `${line.slice(0, LONGEST_REASON - 1)}…` : line;
}
