import { ALWAYS_ALLOW, IF_HEALTHY_BUDGET } from '../../shared/budget/decide/policy.ts';
import { parseIntOrPercent } from '../../shared/int-or-percent.ts';
import { choice } from '../cli/choice.ts';
import { type Arguments, type Command, read } from '../cli/command.ts';
import { connectionOptions } from '../cli/connection.ts';
import { UsageError } from '../cli/errors.ts';

const CHOICES = {
  'unhealthy-pod-eviction-policy': [ALWAYS_ALLOW, IF_HEALTHY_BUDGET],
  'dry-run': ['client', 'server'],
  output: ['json', 'yaml', 'name'],
} as const;

export const budgetCreateCommand: Command = {
  usage: 'create <name>',
  summary: 'Create a zone disruption budget for the pods of a workload',
  connects: true,
  positionals: { name: { type: 'string', describe: 'Name of the budget' } },
  required: 'name the budget, for example ingester',
  options: {
    for: { type: 'string', demandOption: true, describe: 'The workload as TYPE/NAME, such as sts/ingester' },
    'max-unavailable': {
      type: 'string',
      demandOption: true,
      describe:
        'Maximum number of unavailable pods in one zone: a number, or a percentage of all replicas, rounded up',
    },
    'unhealthy-pod-eviction-policy': {
      type: 'string',
      describe: `${ALWAYS_ALLOW} or ${IF_HEALTHY_BUDGET}: whether unready pods may always be evicted`,
    },
    'warn-only': {
      type: 'boolean',
      describe: 'Only warn about evictions that would be denied (spec.dryRun)',
    },
    'dry-run': { type: 'string', describe: 'client or server: create nothing' },
    output: { alias: 'o', type: 'string', describe: 'json, yaml or name' },
  },
  choices: CHOICES,
  examples: [
    [
      'kubectl zone budget create ingester --for sts/ingester --max-unavailable 33%',
      'A third of all ingesters may be unavailable, all in the same zone',
    ],
    [
      'kubectl zone budget create api --for deploy/api --max-unavailable 2 --dry-run=client -o yaml',
      'Only print the manifest',
    ],
  ],
  async run(args, context) {
    const { parseWorkload } = await import('../budget/target.ts');
    const request = {
      name: read.text(args, 'name') ?? '',
      target: parseWorkload(read.text(args, 'for') ?? ''),
      maxUnavailable: maxUnavailable(args),
      unhealthyPodEvictionPolicy: choice(
        args,
        'unhealthy-pod-eviction-policy',
        CHOICES['unhealthy-pod-eviction-policy'],
      ),
      warnOnly: read.flag(args, 'warn-only'),
      dryRun: choice(args, 'dry-run', CHOICES['dry-run']),
      output: choice(args, 'output', CHOICES.output),
      connection: connectionOptions(args),
    };
    const { createBudget } = await import('../budget/create.ts');
    return createBudget(request, context);
  },
};

function maxUnavailable(args: Arguments): number | string {
  const text = read.text(args, 'max-unavailable') ?? '';
  const parsed = parseIntOrPercent(text);
  if (typeof parsed === 'string') throw new UsageError(`--max-unavailable: ${parsed}`);
  return parsed.kind === 'count' ? parsed.count : `${parsed.percent}%`;
}
