import { PACINGS, parseRolloutOptions, ROLLOUT_DEFAULTS } from '../../shared/rollout/decide/options.ts';
import { choice } from '../cli/choice.ts';
import { type Arguments, type Command, read } from '../cli/command.ts';
import { connectionOptions, durationOption } from '../cli/connection.ts';
import { UsageError } from '../cli/errors.ts';
import { commandLineOf } from '../cli/quote.ts';
import { parseTarget, TARGET_POSITIONAL } from '../cli/target.ts';
import { PROBE_OPTIONS, probeFrom } from '../probe/options.ts';
import { FAILURE_OPTIONS, failureBudgetFrom } from '../rollout/failure-options.ts';
import { GATE_OPTIONS, gatesFrom } from '../rollout/gate-options.ts';
import type { RolloutFlags } from '../rollout/request.ts';
import { rolloutHistoryCommand, rolloutStatusCommand } from './rollout-status.ts';
import { rolloutAbortCommand, rolloutPauseCommand, rolloutResumeCommand } from './rollout-steer.ts';
import { CHANGE_OPTIONS, changeFrom, withoutChange } from './template-change.ts';

const CHOICES = {
  pacing: PACINGS,
  'dry-run': ['client', 'server', 'none'],
  output: ['plain', 'json'],
} as const;

export const rolloutCommand: Command = {
  usage: 'rollout <target..>',
  summary: 'Replace the pods of a StatefulSet or Deployment that are on an old revision, zone by zone',
  description:
    'Replaces all pods that are not on the newest revision: one zone at a time, in waves that grow, and only while every other zone is whole. Stops safely at any moment; the same command goes on.\n\nA StatefulSet is set to OnDelete. A Deployment is paused while it is rolled out: its ReplicaSets are scaled a wave at a time, and the pods with the lowest deletion cost go. It is left as it was found, or paused where it is not finished.\n\nA ZoneAwareUpdate for the StatefulSet supplies maxUnavailable, exponentialFactor, pauseRolloutAlarm, ignoreAlarm and dryRun; flags win. --dry-run says where each value comes from.',
  connects: true,
  subcommands: [
    rolloutStatusCommand,
    rolloutPauseCommand,
    rolloutResumeCommand,
    rolloutAbortCommand,
    rolloutHistoryCommand,
  ],
  positionals: { target: TARGET_POSITIONAL },
  options: {
    ...CHANGE_OPTIONS,
    'max-unavailable': {
      type: 'string',
      describe: 'Most pods of a zone that may be down: a number, or a percentage of all replicas, rounded up',
      defaultDescription: ROLLOUT_DEFAULTS.maxUnavailable,
    },
    'exponential-factor': {
      type: 'string',
      describe: 'Growth from one wave to the next; 0 takes --max-unavailable at once',
      defaultDescription: String(ROLLOUT_DEFAULTS.exponentialFactor),
    },
    pacing: {
      type: 'string',
      describe: `${PACINGS.join(' or ')}: wait for the whole wave, or take the next pod as soon as one is back`,
      defaultDescription: ROLLOUT_DEFAULTS.pacing,
    },
    'zone-order': {
      type: 'string',
      describe: 'Zones to take first, comma-separated; the others follow by name',
    },
    soak: {
      type: 'string',
      describe: 'How long a zone must have been whole before the next one, such as 5m',
    },
    'min-ready': {
      type: 'string',
      describe: 'How long a pod must be Ready to count as available; at least minReadySeconds',
    },
    'replace-unready': {
      type: 'boolean',
      describe: 'Replace unready pods on old revisions even when two zones are disrupted',
    },
    flush: {
      type: 'boolean',
      describe:
        'The pods flush when they exit, however long: one leaves at a time, and one that is killed meanwhile stops the rollout (exit code 3)',
    },
    'max-leaving': {
      type: 'string',
      describe: 'Most pods that may terminate at one time, whatever makes them; 1 with --flush',
    },
    'allow-manager': {
      type: 'string',
      describe:
        'For a Deployment that GitOps or an operator manages: roll it out although these managers (comma-separated) own fields that the rollout changes; make sure first that they leave them alone',
    },
    'accept-killed': {
      type: 'boolean',
      describe: 'Go on after pods were killed; those that are killed from now on stop the rollout again',
    },
    'disable-eviction': {
      type: 'boolean',
      describe: 'Delete pods instead of evicting them; budgets are then not asked',
    },
    'restore-strategy': {
      type: 'boolean',
      describe: 'At the end, set the update strategy back to what it was',
    },
    ...GATE_OPTIONS,
    ...FAILURE_OPTIONS,
    ...PROBE_OPTIONS,
    timeout: {
      type: 'string',
      describe: 'Stop after this time, such as 2h; the same command goes on (exit code 3)',
    },
    'dry-run': {
      type: 'string',
      describe:
        'client prints the plan; server also asks the API server about every eviction; none overrides a ZoneAwareUpdate that says dryRun',
    },
    yes: { alias: 'y', type: 'boolean', describe: 'Answer yes to every question' },
    output: { alias: 'o', type: 'string', describe: 'plain or json lines instead of the live view' },
  },
  choices: CHOICES,
  examples: [
    ['kubectl zone rollout sts/ingester', 'Roll it with waves of 1, 2, 4, … pods, up to 25% of all'],
    ['kubectl zone rollout sts/ingester --image app=registry/app:v2', 'Change the image, and roll it out'],
    ['kubectl zone rollout deploy/ingester --max-unavailable 1', 'A Deployment, one pod at a time'],
    ['kubectl zone rollout sts/ingester --undo', 'Go back, the most recently updated pods first'],
    ['kubectl zone rollout sts/ingester --dry-run=client', 'Show the waves and how long they would take'],
    [
      'kubectl zone rollout sts/ingester --max-unavailable 33% --exponential-factor 0',
      'A whole zone of three at once',
    ],
    [
      'kubectl zone rollout sts/store -n mimir --zone-order eu-west-1c --soak 10m',
      'Begin with one zone, pause between zones',
    ],
    ['kubectl zone rollout sts/ingester --flush', 'Pods that write their memory to a store when they exit'],
    [
      'kubectl zone rollout sts/ingester --ring /ingester/ring',
      'Hold while a member of the hash ring is not ACTIVE',
    ],
    [
      'kubectl zone rollout deploy/web --probe https://example.com/ --max-probe-failures 3',
      'Ask the service all the time, and hold when it fails',
    ],
    ['kubectl zone rollout sts/ingester --yes -o json', 'In a script: JSON lines, no questions'],
  ],
  async run(args, context, { commandLine, words }) {
    const commandLineAfterChange = commandLineOf(withoutChange(words));
    const flags = { ...rolloutFlags(args), commandLine, commandLineAfterChange };
    const [{ runRollout }, { openRolloutReporter }] = await Promise.all([
      import('../rollout/run.ts'),
      import('../views/open.ts'),
    ]);
    return runRollout(flags, context, openRolloutReporter);
  },
};

/**
 * What the command line says. What it leaves open is for a ZoneAwareUpdate to say.
 *
 * @throws UsageError with every complaint about the options
 */
export function rolloutFlags(args: Arguments): Omit<RolloutFlags, 'commandLine' | 'commandLineAfterChange'> {
  const target = parseTarget(read.list(args, 'target'));
  const options = {
    maxUnavailable: read.text(args, 'max-unavailable'),
    exponentialFactor: read.text(args, 'exponential-factor'),
    pacing: read.text(args, 'pacing'),
    zoneOrder: read.words(args, 'zone-order'),
    soakMs: durationOption(args, 'soak'),
    minReadyMs: durationOption(args, 'min-ready'),
    replaceUnready: read.flag(args, 'replace-unready'),
    maxLeaving: read.text(args, 'max-leaving'),
    flush: read.flag(args, 'flush'),
  };
  const parsed = parseRolloutOptions(options);
  const gates = gatesFrom(args);
  const change = changeFrom(args);
  if ('problems' in parsed || 'problems' in gates || 'problems' in change) {
    const problems = [
      ...('problems' in parsed ? parsed.problems.map((problem) => problem.replace(/^\w+/, flagOf)) : []),
      ...('problems' in gates ? gates.problems : []),
      ...('problems' in change ? change.problems : []),
    ];
    throw new UsageError(problems.join('\n'), 'kubectl zone rollout --help explains the flags');
  }
  return {
    target,
    options,
    ...change,
    connection: connectionOptions(args),
    timeoutMs: durationOption(args, 'timeout') || undefined,
    dryRun: choice(args, 'dry-run', CHOICES['dry-run']),
    output: choice(args, 'output', CHOICES.output),
    acceptKilled: read.flag(args, 'accept-killed'),
    allowedManagers: read.words(args, 'allow-manager') ?? [],
    disableEviction: read.flag(args, 'disable-eviction'),
    restoreStrategy: read.flag(args, 'restore-strategy'),
    gates,
    ignoreAlarm: args['ignore-alarm'] === undefined ? undefined : gates.alarms.ignore,
    failureBudget: failureBudgetFrom(args),
    probe: probeFrom(args),
    yes: read.flag(args, 'yes'),
  };
}

function flagOf(optionName: string): string {
  return `--${optionName.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
