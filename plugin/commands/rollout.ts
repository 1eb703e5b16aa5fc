import type { Command } from '../cli/command.ts';
import { commandLineOf } from '../cli/quote.ts';
import { NAME_A_WORKLOAD, TARGET_POSITIONAL } from '../cli/target.ts';
import { rolloutRestartCommand, rolloutUndoCommand } from './rollout-change.ts';
import { ROLLOUT_CHOICES, ROLLOUT_OPTIONS, startRollout } from './rollout-flags.ts';
import { rolloutHistoryCommand, rolloutStatusCommand } from './rollout-status.ts';
import { rolloutAbortCommand, rolloutPauseCommand, rolloutResumeCommand } from './rollout-steer.ts';
import { CHANGE_OPTIONS, withoutChange } from './template-change.ts';

export const rolloutCommand: Command = {
  usage: 'rollout <target..>',
  summary: 'Replace the pods of a StatefulSet or Deployment that are on an old revision, zone by zone',
  description:
    'Replaces all pods that are not on the newest revision: one zone at a time, in growing waves, and only while all pods of the other zones are available. It can be stopped safely at any time; the same command continues.\n\nA StatefulSet is switched to OnDelete. A Deployment is paused during the rollout: its ReplicaSets are scaled one wave at a time, and the controller removes the pods with the lowest deletion cost. Afterwards the Deployment is restored; if the rollout does not finish, it stays paused.\n\nA ZoneAwareUpdate for the StatefulSet supplies defaults for maxUnavailable, exponentialFactor, pauseRolloutAlarm, ignoreAlarm and dryRun; flags override them. --dry-run shows where each value comes from.',
  connects: true,
  subcommands: [
    rolloutStatusCommand,
    rolloutPauseCommand,
    rolloutResumeCommand,
    rolloutAbortCommand,
    rolloutHistoryCommand,
    rolloutUndoCommand,
    rolloutRestartCommand,
  ],
  positionals: { target: TARGET_POSITIONAL },
  required: NAME_A_WORKLOAD,
  options: { ...CHANGE_OPTIONS, ...ROLLOUT_OPTIONS },
  choices: ROLLOUT_CHOICES,
  examples: [
    ['kubectl zone rollout sts/ingester', 'Waves of 1, 2, 4, … pods, up to 25% of all'],
    ['kubectl zone rollout sts/ingester --image app=registry/app:v2', 'Set a new image and roll it out'],
    ['kubectl zone rollout deploy/ingester --max-unavailable 1', 'A Deployment, one pod at a time'],
    ['kubectl zone rollout undo sts/ingester', 'Roll back, starting with the pods updated last'],
    ['kubectl zone rollout sts/ingester --dry-run=client', 'Show the waves and how long they would take'],
    [
      'kubectl zone rollout sts/ingester --max-unavailable zone --exponential-factor 0',
      'All pods of a zone at once',
    ],
    [
      'kubectl zone rollout sts/store -n mimir --zone-order eu-west-1c --soak 10m',
      'Start with one zone, and wait between zones',
    ],
    ['kubectl zone rollout sts/ingester --flush', 'Pods that write their memory to a store when they exit'],
    [
      'kubectl zone rollout sts/ingester --ring /ingester/ring',
      'Wait while a member of the hash ring is not ACTIVE',
    ],
    [
      'kubectl zone rollout deploy/web --probe https://example.com/ --max-probe-failures 3',
      'Probe the service continuously, and pause when requests fail',
    ],
    ['kubectl zone rollout sts/ingester --yes -o json', 'In a script: JSON lines, no questions'],
  ],
  async run(args, context, { commandLine, words, defaults }) {
    const commandLineAfterChange = commandLineOf(withoutChange(words));
    return startRollout(args, context, { commandLine, commandLineAfterChange, defaults });
  },
};
