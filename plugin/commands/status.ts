import { choice } from '../cli/choice.ts';
import { type Command, read } from '../cli/command.ts';
import { connectionOptions } from '../cli/connection.ts';
import type { FleetHost } from '../status/run.ts';

const CHOICES = { output: ['wide', 'json', 'yaml'] } as const;

export const statusCommand: Command = {
  usage: 'status',
  summary: 'Show all workloads that are spread over zones: health by zone, rollouts, budgets, drains',
  description:
    'One row per StatefulSet or Deployment, those in trouble first: healthy of expected pods by zone, pods on the newest revision, the rollout or drain under way and who runs it, how many pods the budgets allow to evict now, and cordoned nodes in its zones. With --watch on a terminal, j and k choose a row, enter opens its rollout or budget. Changes nothing.',
  connects: true,
  options: {
    'all-namespaces': { alias: 'A', type: 'boolean', describe: 'Workloads of all namespaces' },
    selector: { alias: 'l', type: 'string', describe: 'Label selector of workloads, such as team=metrics' },
    watch: { alias: 'w', type: 'boolean', describe: 'Show changes until Ctrl-C' },
    output: { alias: 'o', type: 'string', describe: 'wide, json or yaml' },
  },
  choices: CHOICES,
  examples: [
    ['kubectl zone status -A', 'All workloads, those in trouble first'],
    ['kubectl zone status -w', 'A live view of the namespace'],
    ['kubectl zone status -l team=metrics -o wide', 'With revisions, budgets and reasons'],
  ],
  async run(args, context) {
    const connection = connectionOptions(args);
    const request = {
      allNamespaces: read.flag(args, 'all-namespaces'),
      selector: read.text(args, 'selector'),
      watch: read.flag(args, 'watch'),
      output: choice(args, 'output', CHOICES.output),
      connection,
    };
    const [{ runFleetStatus }, views] = await Promise.all([
      import('../status/run.ts'),
      import('../views/open.ts'),
    ]);
    const host: FleetHost = {
      openReporter: views.openStatusReporter,
      async openDetail({ kind, namespace, name, budgets }, detail) {
        const there = { ...connection, namespace };
        if (detail === 'budget') {
          const { listBudgets } = await import('../budget/list.ts');
          const budget = {
            ...{ name: budgets[0]?.name, allNamespaces: false, selector: undefined },
            ...{ watch: true, output: undefined, connection: there },
          };
          return listBudgets(budget, context, views.openBudgetReporter);
        }
        const { runStatus } = await import('../rollout/status.ts');
        const rollout = {
          ...{ target: { kind, name }, watch: true, timeoutMs: undefined },
          ...{ output: undefined, zones: undefined, connection: there },
        };
        return runStatus(rollout, context, views.openRolloutReporter);
      },
    };
    return runFleetStatus(request, context, host);
  },
};
