import type { CheckRequest } from '../check/request.ts';
import { parseCheckTargets } from '../check/targets.ts';
import { choice } from '../cli/choice.ts';
import { type Arguments, type Command, read } from '../cli/command.ts';
import { connectionOptions } from '../cli/connection.ts';
import { UsageError } from '../cli/errors.ts';

const CHOICES = { 'dry-run': ['client', 'server'], output: ['wide', 'json', 'yaml'] } as const;

export const checkCommand: Command = {
  usage: 'check [target..]',
  summary: 'Find settings that would lose requests or data in a rollout or drain, and how to fix them',
  description:
    'Examines workloads with their Services, load balancers, budgets, volumes and nodes. Each finding shows what was found, its consequence and the fix; -o wide also explains why. docs/checks.md has all rules. Exit code 1 if there are errors. What cannot be read is reported as not checked.',
  connects: true,
  positionals: {
    target: {
      type: 'string',
      array: true,
      describe:
        'StatefulSets or Deployments as TYPE/NAME or TYPE NAME, such as deploy/web; without any, all of the namespace',
    },
  },
  options: {
    selector: { alias: 'l', type: 'string', describe: 'Label selector of workloads, such as team=metrics' },
    'all-namespaces': { alias: 'A', type: 'boolean', describe: 'Workloads of all namespaces' },
    // Not declared as an array: yargs would then not accept - as a value. Given twice it becomes an array anyway.
    filename: {
      alias: 'f',
      type: 'string',
      describe: 'Manifests to check without a cluster, repeatable; - is stdin',
    },
    fix: {
      type: 'boolean',
      describe: 'Show the patches as commands, and apply them after confirmation on a terminal',
    },
    yes: { alias: 'y', type: 'boolean', describe: 'With --fix: apply without asking' },
    'dry-run': { type: 'string', describe: 'With --fix, client or server: change nothing' },
    output: { alias: 'o', type: 'string', describe: 'wide, json or yaml' },
  },
  choices: CHOICES,
  examples: [
    ['kubectl zone check deploy/web', 'Would a rollout lose requests?'],
    ['kubectl zone check -A -o json', 'All workloads, in a script'],
    ['kubectl zone check -f web.yaml', 'Check a manifest before it is applied, without a cluster'],
    ['kubectl zone check deploy/web --fix --dry-run=server', 'Validate the patches on the API server'],
  ],
  async run(args, context) {
    const request = checkRequest(args);
    const { runCheck } = await import('../check/run.ts');
    return runCheck(request, context);
  },
};

/**
 * The command line as a request.
 *
 * @throws UsageError that names the flags that cannot be combined
 */
export function checkRequest(args: Arguments): CheckRequest {
  const request = {
    targets: parseCheckTargets(read.list(args, 'target')),
    selector: read.text(args, 'selector'),
    allNamespaces: read.flag(args, 'all-namespaces'),
    files: read.list(args, 'filename'),
    fix: read.flag(args, 'fix'),
    yes: read.flag(args, 'yes'),
    dryRun: choice(args, 'dry-run', CHOICES['dry-run']),
    output: choice(args, 'output', CHOICES.output),
    connection: connectionOptions(args),
  };
  const { targets, selector, allNamespaces, files, fix, yes, dryRun } = request;
  if (files.includes('')) throw new UsageError('-f needs a file', 'name one, or use -f - for stdin');
  if (targets.length > 0 && (selector !== undefined || allNamespaces)) {
    throw new UsageError('names cannot be combined with -l or -A', 'remove one of them');
  }
  if (files.length > 0 && (targets.length > 0 || selector !== undefined || allNamespaces)) {
    throw new UsageError('-f checks all workloads of the files', 'remove the names, -l and -A');
  }
  if (files.length > 0 && (yes || dryRun === 'server')) {
    throw new UsageError(
      '-f checks without a cluster, so patches cannot be applied',
      'remove --yes and --dry-run: --fix shows the patches',
    );
  }
  if (!fix && (yes || dryRun !== undefined)) {
    throw new UsageError('--yes and --dry-run require --fix', 'add --fix, or remove them');
  }
  return request;
}
