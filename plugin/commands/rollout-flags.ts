import type { Options } from 'yargs';
import { PACINGS, parseRolloutOptions, ROLLOUT_DEFAULTS } from '../../shared/rollout/decide/options.ts';
import { choice } from '../cli/choice.ts';
import { type Arguments, read } from '../cli/command.ts';
import { connectionOptions, durationOption } from '../cli/connection.ts';
import type { Context } from '../cli/context.ts';
import { type ExitCode, UsageError } from '../cli/errors.ts';
import { EVENT_OUTPUT_HELP, EVENT_OUTPUTS } from '../cli/print-data.ts';
import { SELECTOR_OPTION, targetFrom } from '../cli/target.ts';
import { ZONE_OPTIONS, zoneSourceFrom } from '../cli/zone-options.ts';
import { PROBE_OPTIONS, probeFrom } from '../probe/options.ts';
import { FAILURE_OPTIONS, failureBudgetFrom } from '../rollout/failure-options.ts';
import { GATE_OPTIONS, gatesFrom } from '../rollout/gate-options.ts';
import type { RolloutFlags } from '../rollout/request.ts';
import { changeFrom } from './template-change.ts';

export const ROLLOUT_CHOICES = {
  pacing: PACINGS,
  'dry-run': ['client', 'server', 'none'],
  output: EVENT_OUTPUTS,
} as const;

/** The flags of a rollout, as data for a command, without those that change the template. */
export const ROLLOUT_OPTIONS: Readonly<Record<string, Options>> = {
  ...SELECTOR_OPTION,
  'max-unavailable': {
    type: 'string',
    describe:
      'Maximum number of unavailable pods in a zone: a number, a percentage of all replicas, rounded up, or zone for all pods of it',
    defaultDescription: ROLLOUT_DEFAULTS.maxUnavailable,
  },
  'exponential-factor': {
    type: 'string',
    describe: 'Growth from one wave to the next; with 0 every wave has --max-unavailable pods',
    defaultDescription: String(ROLLOUT_DEFAULTS.exponentialFactor),
  },
  pacing: {
    type: 'string',
    describe: `${PACINGS.join(' or ')}: wait for all pods of a wave, or replace the next pod as soon as one is available`,
    defaultDescription: ROLLOUT_DEFAULTS.pacing,
  },
  'zone-order': {
    type: 'string',
    describe: 'Zones to roll out first, comma-separated; then the others by name',
  },
  ...ZONE_OPTIONS,
  'single-zone': {
    type: 'boolean',
    describe: 'Apply --max-unavailable although all pods are in one zone; by default one pod at a time',
  },
  soak: {
    type: 'string',
    describe: 'How long all pods of a zone must be available before the next zone starts, such as 5m',
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
      'For pods that flush data when they exit: terminate one at a time, however long it takes, and stop if one is killed (exit code 3)',
  },
  'max-leaving': {
    type: 'string',
    describe: 'Maximum number of pods terminating at the same time, whatever the cause; 1 with --flush',
  },
  'allow-manager': {
    type: 'string',
    describe:
      'Roll out a Deployment although these field managers (comma-separated), such as GitOps tools or operators, own fields that the rollout changes; first make sure that they do not revert them',
  },
  'accept-killed': {
    type: 'boolean',
    describe: 'Continue after pods were killed; the next killed pod stops the rollout again',
  },
  'disable-eviction': {
    type: 'boolean',
    describe: 'Delete pods instead of evicting them; this bypasses budgets',
  },
  'restore-strategy': {
    type: 'boolean',
    describe: 'Restore the original update strategy at the end',
  },
  ...GATE_OPTIONS,
  ...FAILURE_OPTIONS,
  ...PROBE_OPTIONS,
  timeout: {
    type: 'string',
    describe: 'Stop after this time, such as 2h (exit code 3); the same command continues',
  },
  'dry-run': {
    type: 'string',
    describe:
      'client prints the plan; server also asks the API server about every eviction; none overrides dryRun of a ZoneAwareUpdate',
  },
  yes: { alias: 'y', type: 'boolean', describe: 'Answer yes to every question' },
  output: { alias: 'o', type: 'string', describe: EVENT_OUTPUT_HELP },
};

/**
 * Rolls out as the command line says.
 *
 * @param invocation with the command line that continues it, and the same once the template has been changed
 */
export async function startRollout(
  args: Arguments,
  context: Context,
  invocation: Pick<RolloutFlags, 'commandLine' | 'commandLineAfterChange' | 'defaults'>,
): Promise<ExitCode> {
  const flags = { ...rolloutFlags(args), ...invocation };
  const [{ runRollout }, { openRolloutReporter }] = await Promise.all([
    import('../rollout/rollout.ts'),
    import('../views/open.ts'),
  ]);
  return runRollout(flags, context, openRolloutReporter);
}

/**
 * The settings of the command line. A ZoneAwareUpdate may supply those that are not given.
 *
 * @throws UsageError that lists every invalid option
 */
export function rolloutFlags(
  args: Arguments,
): Omit<RolloutFlags, 'commandLine' | 'commandLineAfterChange' | 'defaults'> {
  const target = targetFrom(args);
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
    singleZone: read.flag(args, 'single-zone'),
  };
  const zones = zoneSourceFrom(args);
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
    zones,
    ...change,
    connection: connectionOptions(args),
    timeoutMs: durationOption(args, 'timeout') || undefined,
    dryRun: choice(args, 'dry-run', ROLLOUT_CHOICES['dry-run']),
    output: choice(args, 'output', ROLLOUT_CHOICES.output),
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
