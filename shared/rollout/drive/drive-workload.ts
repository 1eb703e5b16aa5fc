import { connectionNews } from '../../drive/connection-news.ts';
import type { DriveContext } from '../../drive/operator.ts';
import type { GateWatch } from '../../gates/watch.ts';
import { acceptKilled } from '../decide/killed-pods.ts';
import { withFirstZones } from '../decide/workload.ts';
import { commandName } from '../decide/workload-id.ts';
import { announce } from './announce-start.ts';
import { RolloutDriver } from './driver.ts';
import type { RolloutEnd } from './driver-options.ts';
import type { Reporter, RolloutOutcome } from './events.ts';
import { watchFailures } from './failures.ts';
import { formerGate } from './former-gate.ts';
import { watchKills } from './kills.ts';
import { describeOrder, orderBy, pauseByLease, pauseGate, readSteering } from './orders.ts';
import type { RolloutProbe } from './probe.ts';
import { recordEvents } from './record-events.ts';
import type { RolloutHost } from './rollout-host.ts';
import type { RolloutLock } from './rollout-lock.ts';
import { referenceTo } from './workload-names.ts';
import type { Prepared, Watched } from './workload-port.ts';

/** What an interrupt or timer may have to stop, as far as it exists yet. */
export interface Controls {
  driver: RolloutDriver | undefined;
  /** The outcome of a rollout that was stopped before there was a driver. */
  stopped: { outcome: RolloutOutcome; why: string } | undefined;
  starting: AbortController;
  /** @param why a clause before the command that resumes */
  stop(outcome: RolloutOutcome, why: string): void;
}

/** An acquired and prepared workload, with what its driver reports to and obeys. */
interface Drive extends Prepared {
  watched: Watched;
  context: DriveContext;
  controls: Controls;
  lock: RolloutLock;
  gates: GateWatch;
  probe: RolloutProbe;
  host: RolloutHost;
}

/** Runs the driver of a prepared workload until its end, and reports that. */
export async function driveWorkload(given: Drive): Promise<RolloutEnd> {
  const { request, watched, context, controls, lock, gates, probe, workload, host } = given;
  const { stop } = controls;
  const { kube, watches } = watched;
  const { clock, random } = context;
  const resumeCommand = `kubectl zone rollout resume ${commandName(workload.id)}`;
  const steering = () => readSteering(lock.annotations(watches.lease));
  const shown = await host.openReporter({ kube, watches, workload, stop: (outcome) => stop(outcome, '') });
  const recorded = recordEvents(shown, {
    ...{ kube, clock },
    members: workload.members.map((member) => ({
      ...referenceTo(member),
      namespace: member.metadata.namespace,
    })),
    by: `${context.processIdentity.user}@${context.processIdentity.host}`,
  });
  const reporter = probe.follow(recorded);
  const memory = request.acceptKilled ? acceptKilled(lock.memory) : lock.memory;
  const former = formerGate({ kube, clock, watches, lock, onOpen: () => controls.driver?.wake() });
  try {
    const driver = new RolloutDriver({
      kube,
      clock,
      random,
      found: workload,
      watches,
      port: watched.port,
      lock,
      reporter,
      options: () => {
        const { maxUnavailable } = steering();
        const { options } = request;
        return withFirstZones(
          maxUnavailable ? { ...options, maxUnavailable } : options,
          watches.workload ?? workload,
        );
      },
      orders: steering,
      gates: {
        states: () => [
          ...lock.follow(watches.workload ?? workload),
          former.state(),
          ...probe.gates(),
          pauseGate(steering(), resumeCommand),
          ...gates.states(),
        ],
        get fresh() {
          return gates.fresh;
        },
        ensureFresh: () => gates.ensureFresh(),
      },
      failures: watchFailures({
        budget: request.failureBudget,
        ...{ kube, clock, reporter, commandLine: request.commandLine },
      }),
      kills: watchKills({ kube, watches, reporter, memory, commandLine: request.commandLine }),
      memory,
      disableEviction: request.disableEviction,
    });
    controls.driver = driver;
    listen(watched, reporter, driver, context);
    announce(given, reporter, clock.nowMs());
    probe.begin(reporter, {
      paused: () => steering().paused !== undefined,
      seenVersion: () => watches.lease?.metadata.resourceVersion ?? '',
      async pause(reason) {
        const { metadata } = await pauseByLease(kube, workload.id, orderBy(context, reason));
        return metadata.resourceVersion;
      },
      unpause: () => pauseByLease(kube, workload.id, undefined),
      resumeCommand,
      wake: () => driver.wake(),
    });
    gates.onChange(() => driver.wake());
    watches.onChange(() => {
      probe.look();
      const { aborted } = steering();
      if (aborted) stop('stopped', `aborted ${describeOrder(aborted)}; `);
    });
    // Handles a stop between acquiring the Lease and creating the driver.
    if (controls.stopped) stop(controls.stopped.outcome, controls.stopped.why);

    const end = await driver.run();
    if (end.outcome === 'done') await watched.port.complete(reporter, context);
    const summary = { ...end.summary, ...(await probe.end(end.outcome)) };
    reporter.report({ atMs: clock.nowMs(), type: 'finished', ...end, summary });
    return end;
  } finally {
    former.stop();
    await reporter.close();
  }
}

function listen(
  { listeners, watches }: Watched,
  reporter: Reporter,
  driver: RolloutDriver,
  { clock }: DriveContext,
): void {
  const isLive = () => watches.staleSinceMs === undefined;
  const tell = connectionNews(clock, isLive, (news) => reporter.report(news));
  listeners.onConnection = (state) => {
    tell(state);
    driver.wake();
  };
  listeners.onProblem = (error) => {
    reporter.report({
      atMs: clock.nowMs(),
      type: 'notice',
      message: `an object could not be read: ${error.message}`,
    });
  };
}
