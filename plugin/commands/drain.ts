import { parseSelector } from '../../shared/kube/selector-text.ts';
import { choice } from '../cli/choice.ts';
import { type Arguments, type Command, read } from '../cli/command.ts';
import { connectionOptions, durationOption } from '../cli/connection.ts';
import { UsageError } from '../cli/errors.ts';
import { defaultNotices } from '../cli/preferences.ts';
import { EVENT_OUTPUT_HELP, EVENT_OUTPUTS } from '../cli/print-data.ts';
import { collectUsageErrors } from '../cli/usage-errors.ts';
import type { DrainRequest } from '../drain/request.ts';
import { PROBE_OPTIONS, probeFrom } from '../probe/options.ts';
import { readTargets } from './node-targets.ts';

/** Long enough for an autoscaler to add a node. */
const PENDING_TIMEOUT = '5m';

const CHOICES = { 'dry-run': ['client', 'server'], output: EVENT_OUTPUTS } as const;

export const drainCommand: Command = {
  usage: 'drain [node..]',
  summary: 'Drain nodes zone by zone, as fast as disruption budgets allow',
  description:
    'Drains one zone at a time: cordons its nodes, evicts their pods together, and waits until all workloads are healthy before the next zone. It can be stopped safely at any time; the same command continues. The pods to evict are chosen as by kubectl drain.',
  connects: true,
  positionals: {
    node: { type: 'string', array: true, describe: 'Nodes to drain, as NAME or node/NAME' },
  },
  options: {
    selector: { alias: 'l', type: 'string', describe: 'Label selector of nodes, such as pool=old' },
    zone: { type: 'string', array: true, nargs: 1, describe: 'All nodes of a zone; repeatable' },
    'zone-order': {
      type: 'string',
      describe: 'Zones to drain first, comma-separated; then the others by name, nodes without a zone last',
    },
    'max-nodes': {
      type: 'string',
      describe: 'Maximum number of nodes of a zone drained at once',
      defaultDescription: 'all',
    },
    soak: {
      type: 'string',
      describe: 'How long all workloads must be healthy before the next zone starts, such as 5m',
    },
    'pending-timeout': {
      type: 'string',
      default: PENDING_TIMEOUT,
      describe:
        'How long to wait for a pod that cannot be scheduled, or a workload that was unhealthy before the drain, before stopping',
    },
    'ignore-broken': {
      type: 'string',
      array: true,
      nargs: 1,
      describe: 'Ignore the pods of this workload that are already down, as NAMESPACE/TYPE/NAME; repeatable',
    },
    'ignore-daemonsets': { type: 'boolean', describe: 'Ignore pods managed by DaemonSets' },
    'delete-emptydir-data': {
      type: 'boolean',
      describe: 'Also evict pods with emptyDir volumes; their data is lost',
    },
    force: { type: 'boolean', describe: 'Also evict pods that no controller recreates' },
    'grace-period': {
      type: 'string',
      default: '-1',
      describe: 'Seconds for each pod to terminate; if negative, the pod’s own grace period',
    },
    'pod-selector': { type: 'string', describe: 'Label selector of the pods to evict' },
    'disable-eviction': {
      type: 'boolean',
      describe: 'Delete pods instead of evicting them; this bypasses budgets',
    },
    'skip-wait-for-delete-timeout': {
      type: 'string',
      describe:
        'Do not wait for pods whose deletion is overdue by more than this many seconds; 0 waits for all',
    },
    ...PROBE_OPTIONS,
    timeout: {
      type: 'string',
      describe: 'Stop after this time, such as 2h (exit code 3); the same command continues',
    },
    'dry-run': {
      type: 'string',
      describe: 'client prints the plan; server also asks the API server about every eviction',
    },
    'uncordon-on-failure': {
      type: 'boolean',
      describe: 'If the drain does not finish, uncordon the nodes that it cordoned and did not drain',
    },
    yes: { alias: 'y', type: 'boolean', describe: 'Do not ask for confirmation' },
    output: { alias: 'o', type: 'string', describe: EVENT_OUTPUT_HELP },
  },
  choices: CHOICES,
  examples: [
    ['kubectl zone drain --zone eu-west-1a --ignore-daemonsets', 'Drain a zone'],
    [
      'kubectl zone drain -l pool=old --dry-run=client',
      'Show zones, nodes and pods, and the budgets that protect them',
    ],
    ['kubectl zone drain -l pool=old --ignore-daemonsets --soak 5m', 'Replace a node pool zone by zone'],
    ['kubectl zone drain node-1 node-2 --max-nodes 1', 'One node at a time'],
    [
      'kubectl zone drain -l pool=old --ignore-daemonsets --yes -o json',
      'In a script: JSON lines, no questions',
    ],
  ],
  async run(args, context, { commandLine, defaults }) {
    const request = { ...drainRequest(args), commandLine, notices: defaultNotices(defaults) };
    const [{ runDrain }, { openDrainReporter }] = await Promise.all([
      import('../drain/drain.ts'),
      import('../views/open.ts'),
    ]);
    return runDrain(request, context, openDrainReporter);
  },
};

/**
 * The command line as a request.
 *
 * @throws UsageError with every problem of it
 */
export function drainRequest(args: Arguments): Omit<DrainRequest, 'commandLine' | 'notices'> {
  const problems = collectUsageErrors();
  const { attempt } = problems;
  attempt(() => selectorOption(args, 'selector'));
  const targets = readTargets(
    {
      words: read.list(args, 'node'),
      selector: read.text(args, 'selector'),
      zones: read.list(args, 'zone').flatMap((zones) => zones.split(',').map((zone) => zone.trim())),
    },
    problems,
  );
  const zoneOrder = attempt(() => zoneOrderOption(args)) ?? [];
  const maxNodes = attempt(() => wholeNumberOption(args, 'max-nodes', { least: 1 }));
  const soakMs = attempt(() => durationOption(args, 'soak')) ?? 0;
  const pendingMs = attempt(() => durationOption(args, 'pending-timeout')) ?? 0;
  const ignoreBroken = attempt(() => workloadsOption(args, 'ignore-broken')) ?? [];
  const gracePeriod = attempt(() => wholeNumberOption(args, 'grace-period', {}));
  const request = {
    targets,
    options: { zoneOrder, maxNodes, soakMs, pendingMs, ignoreBroken },
    filters: {
      ignoreDaemonSets: read.flag(args, 'ignore-daemonsets'),
      deleteEmptyDirData: read.flag(args, 'delete-emptydir-data'),
      force: read.flag(args, 'force'),
      podSelector: attempt(() => selectorOption(args, 'pod-selector')) || undefined,
      skipWaitForDeleteMs: attempt(() => secondsOption(args, 'skip-wait-for-delete-timeout')) || undefined,
    },
    removal: {
      disableEviction: read.flag(args, 'disable-eviction'),
      gracePeriodSeconds: gracePeriod === undefined || gracePeriod < 0 ? undefined : gracePeriod,
    },
    probe: attempt(() => probeFrom(args)),
    connection: attempt(() => connectionOptions(args)) ?? {},
    timeoutMs: attempt(() => durationOption(args, 'timeout')) || undefined,
    dryRun: attempt(() => choice(args, 'dry-run', CHOICES['dry-run'])),
    output: attempt(() => choice(args, 'output', CHOICES.output)),
    uncordonOnFailure: read.flag(args, 'uncordon-on-failure'),
    yes: read.flag(args, 'yes'),
  };
  problems.throwIfAny();
  return request;
}

/** A label selector, checked as far as possible without the API server. */
function selectorOption(args: Arguments, name: string): string | undefined {
  const text = read.text(args, name);
  const problem = text === undefined ? undefined : parseSelector(text);
  if (typeof problem === 'string') {
    throw new UsageError(`--${name}: ${problem}`, 'use kubectl’s syntax: a=b,c!=d,e in (f,g),!h');
  }
  return text;
}

function zoneOrderOption(args: Arguments): string[] {
  const zones = read.words(args, 'zone-order') ?? [];
  const twice = zones.find((zone, index) => zones.indexOf(zone) !== index);
  if (twice !== undefined) {
    throw new UsageError(`--zone-order: ${twice} is listed twice`, 'list each zone once');
  }
  return zones;
}

/** Workloads of any namespace, as a drain names them: `prod/statefulset/ingester`. */
function workloadsOption(args: Arguments, name: string): string[] {
  const words = read.list(args, name).flatMap((text) => text.split(',').map((word) => word.trim()));
  return words.map((word) => {
    const parts = word.split('/');
    const [namespace = '', type = '', workload = ''] = parts;
    if (parts.length !== 3 || namespace === '' || type === '' || workload === '') {
      throw new UsageError(
        `--${name}: "${word}" is not NAMESPACE/TYPE/NAME`,
        'for example prod/sts/ingester',
      );
    }
    const kind = type.toLowerCase();
    return `${namespace}/${KIND_OF[kind] ?? kind}/${workload}`;
  });
}

/** kubectl's short and plural names of the built-in kinds. */
const KIND_OF: Readonly<Record<string, string>> = {
  sts: 'statefulset',
  statefulsets: 'statefulset',
  deploy: 'deployment',
  deployments: 'deployment',
  rs: 'replicaset',
  replicasets: 'replicaset',
};

function wholeNumberOption(
  args: Arguments,
  name: string,
  { least = Number.NEGATIVE_INFINITY }: { least?: number },
): number | undefined {
  const text = read.text(args, name);
  if (text === undefined) return undefined;
  const number = Number(text);
  if (/^-?\d+$/.test(text) && Number.isSafeInteger(number) && number >= least) return number;
  const wanted = Number.isFinite(least) ? `a whole number of ${least} or more` : 'a whole number';
  throw new UsageError(`--${name}: "${text}" is not ${wanted}`);
}

/** Seconds as kubectl has this flag, or a duration; in milliseconds, 0 for anything that is not positive. */
function secondsOption(args: Arguments, name: string): number | undefined {
  const text = read.text(args, name);
  if (text === undefined || !/^-?\d+$/.test(text)) return durationOption(args, name);
  return Math.max(0, Number(text) * 1000);
}
