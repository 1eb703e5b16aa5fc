import { PACINGS, parseRolloutOptions, ROLLOUT_DEFAULTS } from '../../shared/rollout/options.ts';
import { UsageError } from '../errors.ts';
import { GATE_OPTIONS, gatesFrom } from '../gates/options.ts';
import type { RolloutRequest } from '../rollout/run.ts';
import { choice } from './choice.ts';
import { type Arguments, type Command, read } from './command.ts';
import { connectionOptions, durationOption } from './connection.ts';
import { rolloutHistoryCommand, rolloutStatusCommand } from './rollout-status.ts';
import { rolloutAbortCommand, rolloutPauseCommand, rolloutResumeCommand } from './rollout-steer.ts';
import { parseTarget } from './target.ts';

export const rolloutCommand: Command = {
  usage: 'rollout <target..>',
  summary: 'Replace the pods of a StatefulSet that are on an old revision, zone by zone',
  description:
    'Replaces all pods that are not on the newest revision: one zone at a time, in waves that grow, and only while every other zone is whole. Stops safely at any moment; the same command goes on.',
  connects: true,
  subcommands: [
    rolloutStatusCommand,
    rolloutPauseCommand,
    rolloutResumeCommand,
    rolloutAbortCommand,
    rolloutHistoryCommand,
  ],
  positionals: {
    target: {
      type: 'string',
      array: true,
      describe: 'Workload as TYPE/NAME or TYPE NAME, such as sts/ingester',
    },
  },
  options: {
    'max-unavailable': {
      type: 'string',
      describe: 'Most pods of a zone that may be down: a number, or a percentage of all replicas, rounded up',
      default: ROLLOUT_DEFAULTS.maxUnavailable,
    },
    'exponential-factor': {
      type: 'string',
      describe: 'Growth from one wave to the next; 0 takes --max-unavailable at once',
      default: String(ROLLOUT_DEFAULTS.exponentialFactor),
    },
    pacing: {
      type: 'string',
      describe: `${PACINGS.join(' or ')}: wait for the whole wave, or take the next pod as soon as one is back`,
      default: ROLLOUT_DEFAULTS.pacing,
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
    'disable-eviction': {
      type: 'boolean',
      describe: 'Delete pods instead of evicting them; budgets are then not asked',
    },
    'restore-strategy': {
      type: 'boolean',
      describe: 'At the end, set the update strategy back to what it was',
    },
    ...GATE_OPTIONS,
    timeout: {
      type: 'string',
      describe: 'Stop after this time, such as 2h; the same command goes on (exit code 3)',
    },
    'dry-run': {
      type: 'string',
      describe: 'client prints the plan; server also asks the API server about every eviction',
    },
    yes: { alias: 'y', type: 'boolean', describe: 'Answer yes to every question' },
    output: { alias: 'o', type: 'string', describe: 'plain or json lines instead of the live view' },
  },
  examples: [
    ['kubectl zone rollout sts/ingester', 'Roll it with waves of 1, 2, 4, … pods, up to 25% of all'],
    ['kubectl zone rollout sts/ingester --dry-run=client', 'Show the waves and how long they would take'],
    [
      'kubectl zone rollout sts/ingester --max-unavailable 33% --exponential-factor 0',
      'A whole zone of three at once',
    ],
    [
      'kubectl zone rollout sts/store -n mimir --zone-order eu-west-1c --soak 10m',
      'Begin with one zone, pause between zones',
    ],
    ['kubectl zone rollout sts/ingester --yes -o json', 'In a script: JSON lines, no questions'],
  ],
  async run(args, context, { commandLine }) {
    const request = { ...rolloutRequest(args), commandLine };
    const { runRollout } = await import('../rollout/run.ts');
    return runRollout(request, context);
  },
};

/**
 * The command line as a request.
 *
 * @throws UsageError with every complaint about the options
 */
export function rolloutRequest(args: Arguments): Omit<RolloutRequest, 'commandLine'> {
  const target = parseTarget(read.list(args, 'target'));
  const options = parseRolloutOptions({
    maxUnavailable: read.text(args, 'max-unavailable'),
    exponentialFactor: read.text(args, 'exponential-factor'),
    pacing: read.text(args, 'pacing'),
    zoneOrder: read
      .text(args, 'zone-order')
      ?.split(',')
      .map((zone) => zone.trim())
      .filter((zone) => zone !== ''),
    soakMs: durationOption(args, 'soak'),
    minReadyMs: durationOption(args, 'min-ready'),
    replaceUnready: read.flag(args, 'replace-unready'),
  });
  const gates = gatesFrom(args);
  if ('problems' in options || 'problems' in gates) {
    const problems = [
      ...('problems' in options ? options.problems.map((problem) => problem.replace(/^\w+/, flagOf)) : []),
      ...('problems' in gates ? gates.problems : []),
    ];
    throw new UsageError(problems.join('\n'), 'kubectl zone rollout --help explains the flags');
  }
  return {
    target,
    options,
    connection: connectionOptions(args),
    timeoutMs: durationOption(args, 'timeout') || undefined,
    dryRun: choice(args, 'dry-run', ['client', 'server']),
    output: choice(args, 'output', ['plain', 'json']),
    disableEviction: read.flag(args, 'disable-eviction'),
    restoreStrategy: read.flag(args, 'restore-strategy'),
    gates,
    yes: read.flag(args, 'yes'),
  };
}

function flagOf(optionName: string): string {
  return `--${optionName.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
