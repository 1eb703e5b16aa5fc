import { type Command, read } from '../cli/command.ts';
import { connectionOptions } from '../cli/connection.ts';
import { parseTarget, TARGET_POSITIONAL } from '../cli/target.ts';
import type { Turn } from '../rollout/steer.ts';

export const rolloutPauseCommand = steerCommand('pause', {
  summary: 'Hold a rollout that runs here or at another terminal',
  description:
    'Pods that are being replaced come back; no further pod is touched until `kubectl zone rollout resume`. The pause outlives the rollout’s process.',
});

export const rolloutResumeCommand = steerCommand('resume', {
  summary: 'Let a paused rollout go on',
  description:
    'Takes the pause away. A rollout that nobody runs any more is started again by its own command.',
});

export const rolloutAbortCommand = steerCommand('abort', {
  summary: 'End a rollout where it is',
  description:
    'The process that rolls out ends with exit code 3. Nothing is turned back: replaced pods stay, and the same rollout command goes on.',
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
    options:
      turn === 'resume'
        ? {}
        : { reason: { type: 'string', describe: 'Why, for those who look at the rollout elsewhere' } },
    examples: [[`kubectl zone rollout ${turn} sts/ingester`, summary]],
    async run(args, context) {
      const request = {
        turn,
        target: parseTarget(read.list(args, 'target')),
        reason: read.text(args, 'reason') ?? '',
        connection: connectionOptions(args),
      };
      const { runSteer } = await import('../rollout/steer.ts');
      return runSteer(request, context);
    },
  };
}
