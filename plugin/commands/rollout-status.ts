import { choice } from '../cli/choice.ts';
import { type Command, read } from '../cli/command.ts';
import { connectionOptions, durationOption } from '../cli/connection.ts';
import { EVENT_OUTPUT_HELP, EVENT_OUTPUTS } from '../cli/print-data.ts';
import { NAME_A_WORKLOAD, SELECTOR_OPTION, TARGET_POSITIONAL, targetFrom } from '../cli/target.ts';
import { ZONE_OPTIONS, zoneSourceFrom } from '../cli/zone-options.ts';
import { revisionNumber } from './template-change.ts';

const STATUS_CHOICES = { output: EVENT_OUTPUTS } as const;
const HISTORY_CHOICES = { output: ['json', 'yaml'] } as const;

export const rolloutStatusCommand: Command = {
  usage: 'status <target..>',
  summary: 'Show the status of a rollout, also of a finished one',
  description:
    'Shows the same live view as the rollout itself, until the rollout has ended. Exit code 0 when all pods are on the newest revision and available; 3 when the rollout was stopped, or no process is running it; 1 when it failed. --watch=false shows the status once, with exit code 0. It reads the workload, its pods and the Lease of its rollout, and changes nothing.',
  connects: true,
  positionals: { target: TARGET_POSITIONAL },
  required: NAME_A_WORKLOAD,
  options: {
    ...SELECTOR_OPTION,
    ...ZONE_OPTIONS,
    watch: {
      alias: 'w',
      type: 'boolean',
      default: true,
      describe: 'Watch until the rollout has ended; --watch=false shows it once',
    },
    timeout: {
      type: 'string',
      describe: 'Watch at most this long, such as 30m (exit code 3); also waits for a rollout to begin',
    },
    output: { alias: 'o', type: 'string', describe: EVENT_OUTPUT_HELP },
  },
  choices: STATUS_CHOICES,
  examples: [
    ['kubectl zone rollout status sts/ingester', 'The live view in a second terminal'],
    [
      'kubectl zone rollout status sts/ingester --watch=false',
      'Once: pods and zones, who runs the rollout, and what it waits for',
    ],
    ['kubectl zone rollout status sts/ingester --timeout 30m -o json', 'In a script'],
  ],
  async run(args, context) {
    const request = {
      target: targetFrom(args),
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
  options: {
    ...SELECTOR_OPTION,
    revision: { type: 'string', describe: 'Show this revision with its template and what it changed' },
    output: { alias: 'o', type: 'string', describe: 'json or yaml' },
  },
  choices: HISTORY_CHOICES,
  examples: [
    ['kubectl zone rollout history sts/ingester', 'Find the revision to roll back to'],
    ['kubectl zone rollout history sts/ingester --revision 3', 'What did this revision change?'],
  ],
  async run(args, context) {
    const request = {
      target: targetFrom(args),
      revision: revisionNumber(args, 'revision') ?? 0,
      output: choice(args, 'output', HISTORY_CHOICES.output),
      connection: connectionOptions(args),
    };
    const { runHistory } = await import('../rollout/history.ts');
    return runHistory(request, context);
  },
};
