import { choice } from '../cli/choice.ts';
import { type Command, read } from '../cli/command.ts';
import { connectionOptions, durationOption } from '../cli/connection.ts';
import { NAME_A_WORKLOAD, parseTarget, TARGET_POSITIONAL } from '../cli/target.ts';
import { ZONE_OPTIONS, zoneSourceFrom } from '../cli/zone-options.ts';

const STATUS_CHOICES = { output: ['plain', 'json'] } as const;
const HISTORY_CHOICES = { output: ['json'] } as const;

export const rolloutStatusCommand: Command = {
  usage: 'status <target..>',
  summary: 'Show the status of a rollout, also of a finished one',
  description:
    'Reads the workload, its pods and the Lease of its rollout. With --watch it shows the same live view as the rollout itself; with --timeout it waits until the rollout is done (exit code 0) or the time is up (3).',
  connects: true,
  positionals: { target: TARGET_POSITIONAL },
  required: NAME_A_WORKLOAD,
  options: {
    ...ZONE_OPTIONS,
    watch: { alias: 'w', type: 'boolean', describe: 'Watch until the rollout is done' },
    timeout: {
      type: 'string',
      describe: 'Wait until the rollout is done, at most this long, such as 30m (exit code 3)',
    },
    output: { alias: 'o', type: 'string', describe: 'plain or json' },
  },
  choices: STATUS_CHOICES,
  examples: [
    [
      'kubectl zone rollout status sts/ingester',
      'Pods and zones, who runs the rollout, and what it waits for',
    ],
    ['kubectl zone rollout status sts/ingester -w', 'The live view in a second terminal'],
    ['kubectl zone rollout status sts/ingester --timeout 30m -o json', 'In a script'],
  ],
  async run(args, context) {
    const request = {
      target: parseTarget(read.list(args, 'target')),
      watch: read.flag(args, 'watch'),
      timeoutMs: durationOption(args, 'timeout') || undefined,
      output: choice(args, 'output', STATUS_CHOICES.output),
      zones: zoneSourceFrom(args),
      connection: connectionOptions(args),
    };
    const [{ runStatus }, { openRolloutReporter }] = await Promise.all([
      import('../rollout/status.ts'),
      import('../views/open.ts'),
    ]);
    return runStatus(request, context, openRolloutReporter);
  },
};

export const rolloutHistoryCommand: Command = {
  usage: 'history <target..>',
  summary: 'Show the revisions of a workload with the pods on each, and the result of its last rollout',
  connects: true,
  positionals: { target: TARGET_POSITIONAL },
  required: NAME_A_WORKLOAD,
  options: { output: { alias: 'o', type: 'string', describe: 'json' } },
  choices: HISTORY_CHOICES,
  examples: [['kubectl zone rollout history sts/ingester', 'Find the revision to roll back to']],
  async run(args, context) {
    const request = {
      target: parseTarget(read.list(args, 'target')),
      output: choice(args, 'output', HISTORY_CHOICES.output),
      connection: connectionOptions(args),
    };
    const { runHistory } = await import('../rollout/history.ts');
    return runHistory(request, context);
  },
};
