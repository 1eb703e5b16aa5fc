import { choice } from '../cli/choice.ts';
import { type Arguments, type Command, read } from '../cli/command.ts';
import { insteadOf } from '../cli/command-names.ts';
import { connectionOptions } from '../cli/connection.ts';
import { UsageError } from '../cli/errors.ts';
import { budgetCreateCommand } from './budget-create.ts';
import { budgetExplainCommand } from './budget-explain.ts';

const CHOICES = { output: ['wide', 'json', 'yaml', 'name'] } as const;

export const budgetCommand: Command = {
  usage: 'budget [name]',
  summary:
    'Show zone disruption budgets: how many pods of each zone may be evicted now, and what limits that',
  description:
    'Counts the pods of each ZoneDisruptionBudget: available ones, unavailable ones with the reason, and those whose eviction has been admitted. Only one zone may be disrupted at a time.',
  connects: true,
  positionals: {
    name: {
      type: 'string',
      describe:
        'Budget as NAME or zdb/NAME; without it, all budgets of the namespace. For a budget named explain or create use zdb/explain, or -- explain',
    },
  },
  options: {
    'all-namespaces': { alias: 'A', type: 'boolean', describe: 'Budgets of all namespaces' },
    selector: { alias: 'l', type: 'string', describe: 'Label selector of budgets, such as team=metrics' },
    watch: { alias: 'w', type: 'boolean', describe: 'Show changes until Ctrl-C' },
    output: { alias: 'o', type: 'string', describe: 'wide, json, yaml or name' },
  },
  choices: CHOICES,
  examples: [
    ['kubectl zone budget', 'All budgets of the namespace, one line per zone'],
    ['kubectl zone budget ingester -w', 'Watch a budget while nodes are drained'],
    ['kubectl zone budget explain pod/ingester-0', 'Could this pod be evicted now, and why not?'],
    ['kubectl zone budget create ingester --for sts/ingester --max-unavailable 33%', 'Protect a workload'],
  ],
  instead: {
    list: () => 'kubectl zone budget',
    ls: () => 'kubectl zone budget',
    get: (name) => `kubectl zone budget${name && ` ${name}`}`,
    describe: (name) => `kubectl zone budget ${name && `${name} `}-o wide`,
    edit: (name) => `kubectl edit zdb ${name || 'NAME'}`,
    delete: (name) => `kubectl delete zdb ${name || 'NAME'}`,
  },
  subcommands: [budgetExplainCommand, budgetCreateCommand],
  async run(args, context) {
    const request = {
      name: nameIn(args),
      allNamespaces: read.flag(args, 'all-namespaces'),
      selector: read.text(args, 'selector'),
      watch: read.flag(args, 'watch'),
      output: choice(args, 'output', CHOICES.output),
      connection: connectionOptions(args),
    };
    if (request.name !== undefined && request.allNamespaces) {
      throw new UsageError('a name cannot be combined with --all-namespaces', 'remove the name or -A');
    }
    if (request.name !== undefined && request.selector !== undefined) {
      throw new UsageError('a name cannot be combined with a selector', 'remove one of them');
    }
    if (request.watch && request.output === 'name') {
      throw new UsageError('--watch does not support -o name', 'use -o wide, json or yaml');
    }
    const [{ listBudgets }, { openBudgetReporter }] = await Promise.all([
      import('../budget/list.ts'),
      import('../views/open.ts'),
    ]);
    return listBudgets(request, context, openBudgetReporter);
  },
};

/** yargs puts words after `--` into `_`, after the command itself, and not into the positionals. */
function nameIn(args: Arguments): string | undefined {
  const [, ...afterDashes] = read.list(args, '_');
  const words = [...read.list(args, 'name')];
  const problem = insteadOf([budgetCommand], words);
  if (problem) throw problem;
  const [name, ...more] = [...words, ...afterDashes];
  if (more.length > 0) {
    throw new UsageError('only one budget can be named', 'name one, or none to show all of them');
  }
  return name === undefined ? undefined : parseBudget(name);
}

const RESOURCE_NAMES: ReadonlySet<string> = new Set([
  'zdb',
  'zonedisruptionbudget',
  'zonedisruptionbudgets',
  'zonedisruptionbudget.zonecontrol.k8s.aws',
  'zonedisruptionbudgets.zonecontrol.k8s.aws',
  'zonedisruptionbudgets.v1.zonecontrol.k8s.aws',
]);

/**
 * Reads `NAME` or `zdb/NAME`, as kubectl does.
 *
 * @returns the budget's name
 * @throws UsageError for anything else
 */
function parseBudget(text: string): string {
  const parts = text.split('/');
  const [type = '', name = ''] = parts.length === 1 ? ['zdb', text] : parts;
  if (parts.length > 2 || name === '' || !RESOURCE_NAMES.has(type.toLowerCase())) {
    throw new UsageError(
      `"${text}" is not the name of a zone disruption budget`,
      'use NAME or zdb/NAME, for example zdb/ingester',
    );
  }
  return name;
}
