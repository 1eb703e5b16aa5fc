import type { Context } from '../../cli/context.ts';
import type { ExitCode } from '../../cli/errors.ts';
import { commandLineOf } from '../../cli/quote.ts';
import { fastClock } from '../fast-clock.ts';
import { goInside } from '../inside.ts';
import { type DemoHost, type DemoOptions, onSandbox } from '../stage.ts';
import { playSides, prepareSides } from './play.ts';
import { cortexScenario, type Scenario } from './scenario.ts';
import { OUR_COMMAND } from './workloads.ts';

/**
 * Starts a sandbox with ingesters that flush into a store when they exit, and rolls a new image out to two sets of
 * them: with the Deployment controller, which overruns the store, and with `kubectl zone rollout`.
 */
export function demoFlush(options: DemoOptions, context: Context, host: DemoHost): Promise<ExitCode> {
  return showFlush(cortexScenario(options.pods), options, context, host);
}

/**
 * Plays a scenario in a sandbox with an accelerated clock.
 *
 * @returns 1 if our side overran the store, and our command's exit code if that failed
 */
export async function showFlush(
  scenario: Scenario,
  options: DemoOptions,
  context: Context,
  host: Pick<DemoHost, 'openFlushReporter' | 'runCommand'>,
): Promise<ExitCode> {
  const clock = fastClock(context.clock, scenario.speed);
  const inside = goInside(context, clock);
  try {
    return await onSandbox(options, inside.context, {
      command: commandLineOf(OUR_COMMAND),
      lookAt: 'get pods -A -L topology.kubernetes.io/zone -w',
      prepare: (kube, signal) => prepareSides(kube, scenario, inside.context, signal),
      async run(kubeconfig) {
        const reporter = await host.openFlushReporter(context, {
          output: options.output,
          clock,
          onQuit: inside.interrupt,
        });
        try {
          return await playSides(scenario, kubeconfig, inside.context, reporter.report, host.runCommand);
        } finally {
          await reporter.close();
        }
      },
    });
  } finally {
    inside.close();
    clock.stop();
  }
}
