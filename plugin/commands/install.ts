import { choice } from '../cli/choice.ts';
import { type Arguments, type Command, type Invocation, read } from '../cli/command.ts';
import { connectionOptions, durationOption } from '../cli/connection.ts';
import { UsageError } from '../cli/errors.ts';
import type { InstallRequest } from '../install/apply/request.ts';

const DEFAULT_TIMEOUT_MS = 300_000;
/** The namespace of the manifests, which are read only by an installation. */
const NAMESPACE = 'kubectl-zone-system';

const CHOICES = { 'dry-run': ['client', 'server'], output: ['json', 'yaml'] } as const;

export const installCommand: Command = {
  usage: 'install',
  summary: 'Install or upgrade the CRDs and the webhook to this version',
  description:
    'Shows what would be created and changed, asks for confirmation, and uses server-side apply. The webhook is registered for evictions only after the API server has reached it; during an upgrade the installed webhook keeps enforcing budgets. A failed installation is not rolled back: the same command continues.',
  connects: true,
  options: {
    image: { type: 'string', describe: 'Image of the webhook, such as REGISTRY/kubectl-zone-webhook:TAG' },
    'without-webhook': {
      type: 'boolean',
      describe: 'Only the CRDs and their roles: budgets can be created, but nothing enforces them',
    },
    replicas: { type: 'string', describe: 'Replicas of the webhook', defaultDescription: '2' },
    'dry-run': { type: 'string', describe: 'client (needs no cluster) or server: change nothing' },
    output: { alias: 'o', type: 'string', describe: 'With --dry-run=client: json or yaml' },
    yes: { alias: 'y', type: 'boolean', describe: 'Do not ask for confirmation' },
    'force-conflicts': {
      type: 'boolean',
      describe: 'Take ownership of fields managed by others, such as Helm',
    },
    wait: {
      type: 'boolean',
      default: true,
      describe: 'Wait until the webhook answers, then register it for evictions',
    },
    timeout: { type: 'string', describe: 'Maximum time to wait', defaultDescription: '5m' },
  },
  choices: CHOICES,
  examples: [
    ['kubectl zone install --dry-run=client -o yaml --without-webhook', 'Print the CRDs, without a cluster'],
    [
      'kubectl zone install --dry-run=server --image registry.example.com/kubectl-zone-webhook:1',
      'What would change?',
    ],
    ['kubectl zone install --image registry.example.com/kubectl-zone-webhook:1', 'Install or upgrade'],
  ],
  async run(args, context, invocation) {
    const request = installRequest(args, invocation);
    const { runInstall } = await import('../install/apply/run.ts');
    return runInstall(request, context);
  },
};

/**
 * The command line as a request.
 *
 * @throws UsageError that names the flags that cannot be combined
 */
export function installRequest(
  args: Arguments,
  { commandLine }: Pick<Invocation, 'commandLine'>,
): InstallRequest {
  const connection = connectionOptions(args);
  const request = {
    image: read.text(args, 'image'),
    withoutWebhook: read.flag(args, 'without-webhook'),
    replicas: replicasOption(args),
    dryRun: choice(args, 'dry-run', CHOICES['dry-run']),
    output: choice(args, 'output', CHOICES.output),
    yes: read.flag(args, 'yes'),
    forceConflicts: read.flag(args, 'force-conflicts'),
    wait: read.flag(args, 'wait'),
    timeoutMs: durationOption(args, 'timeout') ?? DEFAULT_TIMEOUT_MS,
    connection,
    commandLine,
  };
  if (connection.namespace !== undefined && connection.namespace !== NAMESPACE) {
    throw new UsageError(
      `the webhook is always installed in the namespace ${NAMESPACE}, which it exempts so that its own pods can be evicted`,
      'remove -n',
    );
  }
  if (request.output !== undefined && request.dryRun !== 'client') {
    throw new UsageError('-o only prints manifests', 'add --dry-run=client, or remove -o');
  }
  if (request.withoutWebhook && (request.image !== undefined || request.replicas !== undefined)) {
    throw new UsageError(
      '--image and --replicas cannot be combined with --without-webhook',
      'remove one of them',
    );
  }
  return request;
}

function replicasOption(args: Arguments): number | undefined {
  const text = read.text(args, 'replicas');
  if (text === undefined) return undefined;
  if (!/^[1-9]\d{0,2}$/.test(text)) {
    throw new UsageError(`--replicas: "${text}" is not a number from 1 to 999`);
  }
  return Number(text);
}
