import { type Command, read } from '../cli/command.ts';
import { connectionOptions } from '../cli/connection.ts';
import { NAME_A_WORKLOAD, SELECTOR_OPTION, TARGET_POSITIONAL, targetFrom } from '../cli/target.ts';
import type { Turn } from '../rollout/give-order.ts';

export const rolloutPauseCommand = steerCommand('pause', {
  summary: 'Pause a rollout, wherever it runs',
  description:
    'Pods already down still recover; no other pod is replaced until `kubectl zone rollout resume`. The pause persists after the rollout’s process ends.',
});

export const rolloutResumeCommand = steerCommand('resume', {
  summary: 'Resume a paused rollout',
  description:
    'Removes the pause. A rollout whose process has ended continues when its command is run again.',
});

export const rolloutAbortCommand = steerCommand('abort', {
  summary: 'Stop a rollout',
  description:
    'The process of the rollout ends with exit code 3. Nothing is rolled back: replaced pods stay, and the same rollout command continues.',
});

function steerCommand(
  turn: Turn,
  { summary, description }: { summary: string; description: string },
): Command {
  return {
    usage: `${turn} <target..>`,
    summary,
    description,
    connects: true,
    positionals: { target: TARGET_POSITIONAL },
    required: NAME_A_WORKLOAD,
    options: {
      ...SELECTOR_OPTION,
      ...(turn !== 'resume' && {
        reason: { type: 'string', describe: 'Shown to others who look at the rollout' },
      }),
    },
    examples: [[`kubectl zone rollout ${turn} sts/ingester`, summary]],
    async run(args, context) {
      const request = {
        turn,
        target: targetFrom(args),
        reason: read.text(args, 'reason') ?? '',
        connection: connectionOptions(args),
      };
      const { runSteer } = await import('../rollout/give-order.ts');
      return runSteer(request, context);
    },
  };
}
