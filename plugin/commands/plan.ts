import { choice } from '../cli/choice.ts';
import { type Arguments, type Command, read } from '../cli/command.ts';
import { connectionOptions } from '../cli/connection.ts';
import { NAME_A_WORKLOAD, SELECTOR_OPTION, TARGET_POSITIONAL, targetFrom } from '../cli/target.ts';
import { ZONE_OPTIONS, zoneSourceFrom } from '../cli/zone-options.ts';
import { givenLoad, LOAD_OPTIONS } from '../plan/load-options.ts';
import type { PlanRequest } from '../plan/run.ts';

const CHOICES = { output: ['table', 'json', 'yaml'] } as const;

export const planCommand: Command = {
  usage: 'plan <target..>',
  summary: 'Compare settings before a rollout: waves, duration, pods down, writes per second',
  description:
    'Reads a StatefulSet or Deployment and estimates, for --max-unavailable 1, 2, 4, … up to its largest zone, and for that zone at once (--exponential-factor 0), how replacing all of its pods would go if nothing failed. Changes nothing.\n\nStart-up times are taken from the pods themselves. The flush time of a running pod is not known in advance: a pod that is terminating now gives a lower bound, terminationGracePeriodSeconds is the upper bound, and --flush-time sets it.\n\nWith --series, --chunk-age, --entries-per-chunk and --flush-time the table shows the writes per second on the store while the largest wave flushes: series / chunk age * entries in steady state, plus series / pods * entries / flush time for each pod that flushes (the arithmetic of Weaveworks’ Cortex figures: one chunk per series, spread evenly over the pods, replicas counted if --series counts them). With --write-capacity it shows which settings are safe. Exit code 1 if not even one pod at a time is safe.',
  connects: true,
  positionals: { target: TARGET_POSITIONAL },
  required: NAME_A_WORKLOAD,
  options: {
    ...SELECTOR_OPTION,
    ...ZONE_OPTIONS,
    'single-zone': {
      type: 'boolean',
      describe: 'Compare more than one pod at a time although all pods are in one zone',
    },
    ...LOAD_OPTIONS,
    output: { alias: 'o', type: 'string', describe: 'table, json or yaml' },
  },
  choices: CHOICES,
  examples: [
    ['kubectl zone plan sts/ingester', 'Waves and durations, estimated from the cluster'],
    ['kubectl zone plan deploy/ingester --flush-time 10m', 'With a known flush time'],
    [
      'kubectl zone plan sts/ingester --series 600000 --chunk-age 1h --entries-per-chunk 7 --flush-time 10m --write-capacity 5000',
      'How many pods may flush together without overloading the store',
    ],
  ],
  async run(args, context) {
    const request = planRequest(args);
    const { runPlan } = await import('../plan/run.ts');
    return runPlan(request, context);
  },
};

/**
 * The command line as a request.
 *
 * @throws UsageError that names the flag
 */
export function planRequest(args: Arguments): PlanRequest {
  return {
    target: targetFrom(args),
    zones: zoneSourceFrom(args),
    singleZone: read.flag(args, 'single-zone'),
    given: givenLoad(args),
    output: choice(args, 'output', CHOICES.output),
    connection: connectionOptions(args),
  };
}
