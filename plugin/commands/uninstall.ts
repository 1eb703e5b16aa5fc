import { choice } from '../cli/choice.ts';
import { type Command, read } from '../cli/command.ts';
import { connectionOptions, durationOption } from '../cli/connection.ts';
import type { UninstallRequest } from '../install/remove/request.ts';

const DEFAULT_TIMEOUT_MS = 60_000;

const CHOICES = { 'dry-run': ['client', 'server'] } as const;

export const uninstallCommand: Command = {
  usage: 'uninstall',
  summary: 'Remove the webhook; budgets are kept',
  description:
    'Deletes the objects labelled app.kubernetes.io/part-of=kubectl-zone: the webhook configurations first, so that no eviction fails because the webhook is already gone. Can be repeated.',
  connects: true,
  options: {
    'delete-crds': {
      type: 'boolean',
      describe: 'Also delete the CRDs, and with them all budgets of all namespaces',
    },
    'dry-run': { type: 'string', describe: 'client or server: delete nothing' },
    yes: { alias: 'y', type: 'boolean', describe: 'Do not ask for confirmation' },
    timeout: {
      type: 'string',
      describe: 'Maximum time to wait for the API server',
      defaultDescription: '1m',
    },
  },
  choices: CHOICES,
  examples: [
    ['kubectl zone uninstall --dry-run=client', 'What would be deleted?'],
    ['kubectl zone uninstall', 'Remove the webhook, keep the budgets'],
    [
      'kubectl zone uninstall --delete-crds',
      'Remove everything; the confirmation says how many budgets are deleted',
    ],
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
