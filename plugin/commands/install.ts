import { choice } from '../cli/choice.ts';
import { type Arguments, type Command, type Invocation, read } from '../cli/command.ts';
import { connectionOptions, durationOption } from '../cli/connection.ts';
import { UsageError } from '../cli/errors.ts';
import type { InstallRequest } from '../install/apply/request.ts';

const DEFAULT_TIMEOUT_MS = 300_000;
/** As the manifests have it; they are read only when something is installed. */
const NAMESPACE = 'kubectl-zone-system';

const CHOICES = { 'dry-run': ['client', 'server'], output: ['json', 'yaml'] } as const;

export const installCommand: Command = {
  usage: 'install',
  summary: 'Install CRDs and webhook of this version, or bring an installation to it',
  description:
    'Shows what would be created and changed, asks, and applies it on the server side. The API server is told to ask the webhook once the webhook has been seen answering it, and an installed one goes on guarding evictions all the time. What fails in the middle is not taken back: the same command goes on.',
  connects: true,
  options: {
    image: { type: 'string', describe: 'Image of the webhook, such as REGISTRY/kubectl-zone-webhook:TAG' },
    'without-webhook': {
      type: 'boolean',
      describe: 'CRDs and their roles only: budgets can be made, and nothing enforces them',
    },
    replicas: { type: 'string', describe: 'Replicas of the webhook, 2 unless told' },
    'dry-run': { type: 'string', describe: 'client (no cluster is asked) or server: change nothing' },
    output: { alias: 'o', type: 'string', describe: 'With --dry-run=client: json or yaml' },
    yes: { alias: 'y', type: 'boolean', describe: 'Do not ask' },
    'force-conflicts': { type: 'boolean', describe: 'Take fields that others have set, such as Helm' },
    wait: {
      type: 'boolean',
      default: true,
      describe: 'Wait until the webhook answers, and then let it guard',
    },
    timeout: { type: 'string', describe: 'Longest time to wait, 5m unless told' },
  },
  choices: CHOICES,
  examples: [
    ['kubectl zone install --dry-run=client -o yaml --without-webhook', 'Write the CRDs, without a cluster'],
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
 * @throws UsageError that names what does not go together
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
      `the webhook is always installed in the namespace ${NAMESPACE}, by which its own pods are kept evictable`,
      'leave out -n',
    );
  }
  if (request.output !== undefined && request.dryRun !== 'client') {
    throw new UsageError(
      '-o writes manifests, and installs nothing',
      'add --dry-run=client, or leave out -o',
    );
  }
  if (request.withoutWebhook && (request.image !== undefined || request.replicas !== undefined)) {
    throw new UsageError('--image and --replicas are the webhook’s', 'leave them out, or --without-webhook');
  }
  return request;
}

function replicasOption(args: Arguments): number | undefined {
  const text = read.text(args, 'replicas');
  if (text === undefined) return undefined;
  if (!/^[1-9]\d{0,2}$/.test(text)) {
    throw new UsageError(`--replicas: "${text}" is not a whole number of at least 1`);
  }
  return Number(text);
}
