import { choice } from '../cli/choice.ts';
import { type Arguments, type Command, read } from '../cli/command.ts';
import { connectionOptions } from '../cli/connection.ts';
import { parseTarget, TARGET_POSITIONAL } from '../cli/target.ts';
import { givenLoad, LOAD_OPTIONS } from '../plan/load-options.ts';
import type { PlanRequest } from '../plan/run.ts';

const CHOICES = { output: ['table', 'json'] } as const;

export const planCommand: Command = {
  usage: 'plan <target..>',
  summary: 'Compare the choices before a rollout: waves, duration, pods down, writes per second',
  description:
    'Reads a StatefulSet or Deployment and shows, for --max-unavailable 1, 2, 4, … up to its largest zone, and for that zone at once (--exponential-factor 0), what replacing all of its pods would come to if nothing went wrong. Touches nothing.\n\nStart-up times are those of the pods themselves. How long a running pod will flush nobody can tell: a pod that is terminating now gives a lower bound, terminationGracePeriodSeconds is the upper one, and --flush-time says it.\n\nWith --series, --chunk-age, --entries-per-chunk and --flush-time the table has the writes per second that the store behind must take while the largest wave flushes: series / chunk age * entries in steady state, and series / pods * entries / flush time more for each pod that flushes (the arithmetic of Weaveworks’ Cortex figures: one chunk a series, spread evenly over the pods, replicas counted where --series counts them). With --write-capacity it says what is safe. Exit code 1 where not even one pod at a time is.',
  connects: true,
  positionals: { target: TARGET_POSITIONAL },
  options: {
    ...LOAD_OPTIONS,
    output: { alias: 'o', type: 'string', describe: 'table or json' },
  },
  choices: CHOICES,
  examples: [
    ['kubectl zone plan sts/ingester', 'Waves and durations, by what the cluster shows'],
    ['kubectl zone plan deploy/ingester --flush-time 10m', 'With a flush time that you know'],
    [
      'kubectl zone plan sts/ingester --series 600000 --chunk-age 1h --entries-per-chunk 7 --flush-time 10m --write-capacity 5000',
      'How many may flush together before the store is overrun',
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
    target: parseTarget(read.list(args, 'target')),
    given: givenLoad(args),
    output: choice(args, 'output', CHOICES.output),
    connection: connectionOptions(args),
  };
}
