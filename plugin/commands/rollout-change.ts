import type { Options } from 'yargs';
import type { Command } from '../cli/command.ts';
import { commandLineOf } from '../cli/quote.ts';
import { NAME_A_WORKLOAD, TARGET_POSITIONAL } from '../cli/target.ts';
import { ROLLOUT_CHOICES, ROLLOUT_OPTIONS, startRollout } from './rollout-flags.ts';
import { CHANGE_OPTIONS, withoutChange, withoutVerb } from './template-change.ts';

export const rolloutUndoCommand = changeCommand('undo', {
  summary: 'Roll back to an earlier revision, zone by zone',
  description:
    'The same as kubectl zone rollout TYPE/NAME --undo: restores the template of the revision before the newest, or of --to-revision, after showing the difference and asking, and then rolls it out. The pods that were updated last are replaced first.',
  options: {
    'to-revision': {
      ...CHANGE_OPTIONS['to-revision'],
      describe: 'Revision to roll back to; see kubectl zone rollout history',
    },
  },
  examples: [
    ['kubectl zone rollout undo sts/ingester', 'Back to the previous revision'],
    ['kubectl zone rollout undo sts/ingester --to-revision 3', 'Back to a certain revision'],
  ],
});

export const rolloutRestartCommand = changeCommand('restart', {
  summary: 'Replace all pods without another change, zone by zone',
  description:
    'The same as kubectl zone rollout TYPE/NAME --restart: sets the annotation kubectl.kubernetes.io/restartedAt of the template, after asking, and then rolls it out.',
  options: {},
  examples: [['kubectl zone rollout restart sts/ingester', 'Restart all pods, one zone at a time']],
});

function changeCommand(
  change: 'undo' | 'restart',
  about: Pick<Command, 'summary' | 'description' | 'examples'> & {
    options: Readonly<Record<string, Options>>;
  },
): Command {
  return {
    ...about,
    usage: `${change} <target..>`,
    defaultsOf: 'rollout',
    connects: true,
    positionals: { target: TARGET_POSITIONAL },
    required: NAME_A_WORKLOAD,
    options: { ...about.options, ...ROLLOUT_OPTIONS },
    choices: ROLLOUT_CHOICES,
    async run(args, context, { commandLine, words, defaults }) {
      const commandLineAfterChange = commandLineOf(withoutChange(withoutVerb(words, change)));
      return startRollout({ ...args, [change]: true }, context, {
        commandLine,
        commandLineAfterChange,
        defaults,
      });
    },
  };
}
