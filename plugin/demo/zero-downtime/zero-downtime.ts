import * as z from 'zod/mini';
import type { Clock } from '../../../shared/clock.ts';
import { InterruptedError } from '../../../shared/errors.ts';
import type { Kube } from '../../../shared/kube/kube.ts';
import { resourcePath } from '../../../shared/kube/paths.ts';
import type { Context } from '../../cli/context.ts';
import type { ExitCode } from '../../cli/errors.ts';
import { writeLine } from '../../cli/output.ts';
import { commandLineOf } from '../../cli/quote.ts';
import { startBalancers } from '../../sandbox/balancer/balancer.ts';
import type { Sandbox } from '../../sandbox/sandbox.ts';
import { fastClock } from '../fast-clock.ts';
import { goInside } from '../inside.ts';
import { DEMO_INTERRUPTED, type DemoHost, type DemoOptions, onSandbox } from '../stage.ts';
import { CHECK_COMMAND } from './check-command.ts';
import type { ZeroDowntimeReporter } from './events.ts';
import { playPhases } from './play.ts';
import { startTraffic } from './traffic.ts';
import { watchWorkload } from './watch-workload.ts';
import { createWorkload, INGRESSES, NAME } from './workload.ts';

/** The parameters of the demo. */
export interface Scenario {
  /** Speed of the sandbox's clock relative to real time, for all delays: of pods, hooks and the load balancer. */
  speed: number;
  /** In real time. */
  requestsPerSecond: number;
}

/** About four minutes of the sandbox's time per real minute. */
export const SCENARIO: Scenario = { speed: 4, requestsPerSecond: 400 };

/**
 * Starts a sandbox with a web server behind a load balancer, both real servers on loopback ports, and updates it under
 * load: as in tutorials, and after `kubectl zone check --fix`.
 */
export function demoZeroDowntime(options: DemoOptions, context: Context, host: DemoHost): Promise<ExitCode> {
  return showZeroDowntime(SCENARIO, options, context, host);
}

/**
 * Plays a scenario in a sandbox with an accelerated clock. The time that sockets take is real and so seems longer
 * there; it is a thousandth of the delays.
 *
 * @returns 1 if no request failed during the first rolling update, or any during the last one
 */
export async function showZeroDowntime(
  scenario: Scenario,
  options: DemoOptions,
  context: Context,
  host: Pick<DemoHost, 'openZeroDowntimeReporter' | 'runCommand'>,
): Promise<ExitCode> {
  const clock = fastClock(context.clock, scenario.speed);
  const inside = goInside(context, clock);
  const reporter = await host.openZeroDowntimeReporter(context, options.output);
  const interrupted = new AbortController();
  const ignoreInterrupts = inside.context.onInterrupt(() =>
    interrupted.abort(new InterruptedError(DEMO_INTERRUPTED)),
  );
  try {
    return await onSandbox(options, inside.context, {
      command: commandLineOf(CHECK_COMMAND),
      lookAt: 'get pods -A -o wide -w',
      prepare: (kube) => createWorkload(kube, options.pods),
      async run(kubeconfig, sandbox) {
        const kube = await inside.context.connect({ kubeconfig });
        try {
          return await playOn(
            {
              kube,
              kubeconfig,
              sandbox,
              reporter,
              replicas: options.pods,
              scenario,
              runCommand: host.runCommand,
            },
            inside.context,
            context.clock,
            interrupted.signal,
          );
        } finally {
          await kube.close();
        }
      },
    });
  } finally {
    await reporter.close();
    ignoreInterrupts();
    inside.close();
    clock.stop();
  }
}

interface Stage {
  runCommand: DemoHost['runCommand'];
  kube: Kube;
  kubeconfig: string;
  sandbox: Sandbox;
  reporter: ZeroDowntimeReporter;
  replicas: number;
  scenario: Scenario;
}

/** @param pace the real-time clock that paces the clients */
async function playOn(
  { kube, kubeconfig, sandbox, reporter, replicas, scenario, runCommand }: Stage,
  context: Context,
  pace: Clock,
  signal: AbortSignal,
): Promise<ExitCode> {
  const { clock, random, stderr } = context;
  const { speed, requestsPerSecond } = scenario;
  const onProblem = ({ message }: Error) => void writeLine(stderr, `load balancer: ${message}`);
  const closing: (() => Promise<void>)[] = [];
  try {
    const balancers = await startBalancers({ kube, network: sandbox.network, clock, random, onProblem });
    closing.unshift(() => balancers.stop());
    const workload = await watchWorkload(kube, context, balancers.targets);
    closing.unshift(() => workload.stop());
    await workload.settled(signal);
    const port = await balancerPort(kube);
    const traffic = startTraffic({ port, requestsPerSecond, pace, clock });
    closing.unshift(() => traffic.stop());
    const { report } = reporter;
    report({
      atMs: clock.nowMs(),
      type: 'started',
      ...{ replicas, requestsPerSecond, speed, url: `http://127.0.0.1:${port}` },
    });
    return await playPhases({ kube, kubeconfig, context, traffic, workload, report, signal, runCommand });
  } finally {
    for (const close of closing) await close();
  }
}

const Ingress = z.object({
  status: z.object({
    loadBalancer: z.object({
      ingress: z.array(z.object({ ports: z.array(z.object({ port: z.number() })) })),
    }),
  }),
});

/** The local port of the Ingress's load balancer, from its status. */
async function balancerPort(kube: Kube): Promise<number> {
  const ingress = await kube.request({ method: 'GET', path: resourcePath({ ...INGRESSES, name: NAME }) });
  const port = Ingress.parse(ingress).status.loadBalancer.ingress[0]?.ports[0]?.port;
  if (port === undefined) throw new TypeError('the Ingress has a load balancer without a port');
  return port;
}
