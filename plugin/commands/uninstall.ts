import { choice } from '../cli/choice.ts';
import { type Command, read } from '../cli/command.ts';
import { connectionOptions, durationOption } from '../cli/connection.ts';
import type { UninstallRequest } from '../install/remove/request.ts';

const DEFAULT_TIMEOUT_MS = 60_000;

const CHOICES = { 'dry-run': ['client', 'server'] } as const;

export const uninstallCommand: Command = {
  usage: 'uninstall',
  summary: 'Take the webhook away, its configurations first; budgets stay unless told otherwise',
  description:
    'Deletes what carries the label app.kubernetes.io/part-of=kubectl-zone: first the webhook configurations, so that no eviction is refused by a webhook that is going. May be repeated.',
  connects: true,
  options: {
    'delete-crds': {
      type: 'boolean',
      describe: 'The CRDs as well, and with them all budgets of all namespaces',
    },
    'dry-run': { type: 'string', describe: 'client or server: delete nothing' },
    yes: { alias: 'y', type: 'boolean', describe: 'Do not ask' },
    timeout: { type: 'string', describe: 'Longest time to wait for the API server, 1m unless told' },
  },
  choices: CHOICES,
  examples: [
    ['kubectl zone uninstall --dry-run=client', 'What would go?'],
    ['kubectl zone uninstall', 'Take the webhook away, and keep the budgets'],
    ['kubectl zone uninstall --delete-crds', 'Take everything away; the question says how many budgets go'],
  ],
  async run(args, context, { commandLine }) {
    const request: UninstallRequest = {
      deleteCrds: read.flag(args, 'delete-crds'),
      dryRun: choice(args, 'dry-run', CHOICES['dry-run']),
      yes: read.flag(args, 'yes'),
      timeoutMs: durationOption(args, 'timeout') ?? DEFAULT_TIMEOUT_MS,
      connection: connectionOptions(args),
      commandLine,
    };
    const { runUninstall } = await import('../install/remove/run.ts');
    return runUninstall(request, context);
  },
};
