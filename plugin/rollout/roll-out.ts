import { decide } from '../../shared/rollout/decide.ts';
import { acceptKilled } from '../../shared/rollout/killed-pods.ts';
import { emptyMemory } from '../../shared/rollout/memory.ts';
import type { Observation } from '../../shared/rollout/types.ts';
import { FIRST_LOOK, subjectOf, type Workload } from '../../shared/rollout/workload.ts';
import { connectionNews } from '../connection-news.ts';
import type { Context } from '../context.ts';
import { EXIT, type ExitCode, InterruptedError } from '../errors.ts';
import { gateSources } from '../gates/sources.ts';
import { type GateWatch, watchGates } from '../gates/watch.ts';
import { writeLine } from '../output.ts';
import { probeRollout, type RolloutProbe } from '../probe/rollout.ts';
import { openReporter } from '../views/open.ts';
import { rolloutControls } from './controls.ts';
import { RolloutDriver } from './driver.ts';
import type { RolloutEnd } from './driver-options.ts';
import type { Reporter, RolloutOutcome } from './events.ts';
import { watchFailures } from './failures.ts';
import { announce, started } from './first-words.ts';
import { formerGate } from './former-gate.ts';
import { watchKills } from './kills.ts';
import { acquireRolloutLock, type RolloutLock } from './lock.ts';
import type { Prepared } from './port.ts';
import { checkZones } from './preflight.ts';
import { Progress } from './progress.ts';
import { recordEvents } from './record-events.ts';
import type { RolloutRequest, Watched } from './run.ts';
import { orderBy, pauseByLease } from './steer.ts';
import { describeOrder, pauseGate, readSteering } from './steering.ts';
import { tellLease } from './tell-lease.ts';
import { commandName, KINDS } from './workload-names.ts';

const EXIT_OF: Readonly<Record<RolloutOutcome, ExitCode>> = {
  done: EXIT.done,
  failed: EXIT.failed,
  stopped: EXIT.stopped,
  interrupted: EXIT.interrupted,
};

/** What an interrupt or a timer may have to stop, as far as it exists yet. */
interface Controls {
  driver: RolloutDriver | undefined;
  /** How the rollout ends that was stopped before there was a driver. */
  stopped: { outcome: RolloutOutcome; why: string } | undefined;
  starting: AbortController;
  /** @param why a clause before the command that resumes */
  stop(outcome: RolloutOutcome, why: string): void;
}

/**
 * Carries the rollout out: Lease, update strategy, driver, and everything left as it should be at the end.
 *
 * @param limit aborts with the error that ends the rollout when its time is over
 */
export async function rollOut(
  request: RolloutRequest,
  watched: Watched,
  context: Context,
  limit: AbortSignal,
): Promise<ExitCode> {
  const { found, port } = watched;
  const observation = observe(watched);
  checkZones(observation, request.options, emptyMemory(observation.updateRevision));
  const pending = (await port.isLeftUnfinished()) || request.change !== undefined;
  if (!pending && (await isDone(observation, request, context, found))) return EXIT.done;
  await port.agree(request, context);

  let resumeWith = request.commandLine;
  const controls: Controls = {
    driver: undefined,
    stopped: undefined,
    starting: new AbortController(),
    stop(outcome, why) {
      if (controls.driver) {
        controls.driver.stop(outcome, `${why}go on with: ${resumeWith}`);
        return;
      }
      controls.stopped ??= { outcome, why };
      controls.starting.abort(limit.aborted ? limit.reason : new InterruptedError());
    },
  };
  const { stop } = controls;
  const onLimit = () => stop('stopped', `${limit.reason.message}; `);
  limit.addEventListener('abort', onLimit);
  if (limit.aborted) onLimit();
  const ignoreInterrupts = context.onInterrupt(() => stop('interrupted', ''));
  const ended = new AbortController();
  try {
    const signal = AbortSignal.any([controls.starting.signal, ended.signal]);
    const gates = await startGates(request, watched, context, signal);
    const probe = await probeRollout(request.probe, context, signal);
    const lock = await acquire(request, watched, context, controls);
    let end: RolloutEnd | undefined;
    try {
      const prepared = await port.prepare(request, lock, context, controls.starting.signal);
      resumeWith = prepared.request.commandLine;
      end = await drive({
        ...{ watched, context, controls, lock, gates, probe },
        ...prepared,
      });
    } finally {
      const outcome = end?.outcome ?? 'failed';
      try {
        await port.leave(request, lock, outcome, context);
      } finally {
        await lock.release(outcome, end?.reason ?? 'an error ended it').catch(() => {
          writeLine(context.stderr, 'warning: the Lease could not be released; it expires by itself in 15s');
        });
      }
    }
    return EXIT_OF[end.outcome];
  } finally {
    ended.abort(new Error('the rollout has ended'));
    ignoreInterrupts();
    limit.removeEventListener('abort', onLimit);
  }
}

/** The workload as the watches show it now. */
function observe({ found, watches }: Watched): Observation {
  const cluster = { pods: watches.pods.values(), nodes: watches.nodes };
  return (watches.workload ?? found).observe(cluster, FIRST_LOOK);
}

/** Asks all gates for the first time, before anything is touched: a mistake in one of them is told here. */
async function startGates(
  { gates }: RolloutRequest,
  watched: Watched,
  { clock, random }: Context,
  signal: AbortSignal,
): Promise<GateWatch> {
  const times = { freshForMs: gates.intervalMs, timeoutMs: gates.timeoutMs };
  const { namespace } = watched.found.metadata;
  const workload = { namespace, pods: () => observe(watched).pods };
  const watch = watchGates(await gateSources(gates, watched.kube, workload), { clock, random, times });
  await watch.start(signal);
  return watch;
}

/** Nothing to do: says so, and touches neither Lease nor strategy. */
async function isDone(
  observation: Observation,
  { options, output, notices }: RolloutRequest,
  context: Context,
  workload: Workload,
): Promise<boolean> {
  const nowMs = context.clock.nowMs();
  const memory = emptyMemory(observation.updateRevision);
  const decision = decide({ observation, options, memory, gates: [], nowMs });
  if (decision.kind !== 'done') return false;
  const reporter = await openReporter(output === undefined ? 'plain' : output, context, () => {});
  reporter.report(started(workload, observation, false, nowMs));
  for (const message of notices) reporter.report({ atMs: nowMs, type: 'notice', message });
  const summary = new Progress(nowMs).summary(nowMs);
  reporter.report({ atMs: nowMs, type: 'finished', outcome: 'done', reason: decision.reason, summary });
  await reporter.close();
  return true;
}

interface Drive extends Prepared {
  watched: Watched;
  context: Context;
  controls: Controls;
  lock: RolloutLock;
  gates: GateWatch;
  probe: RolloutProbe;
}

async function drive(given: Drive): Promise<RolloutEnd> {
  const { request, watched, context, controls, lock, gates, probe, workload } = given;
  const { stop } = controls;
  const { kube, watches } = watched;
  const { clock, random } = context;
  const { namespace, name, uid } = workload.metadata;
  const resumeCommand = `kubectl zone rollout resume ${commandName(workload)}`;
  const steering = () => readSteering(lock.annotations(watches.lease));
  const shown = tellLease(
    await openReporter(request.output, context, (outcome) => stop(outcome, ''), {
      controls: rolloutControls({ ...context, kube, watches, workload }),
      looksOn: false,
    }),
    lock,
  );
  const recorded = recordEvents(shown, {
    ...{ kube, clock },
    workload: { apiVersion: 'apps/v1', kind: KINDS[workload.kind].apiKind, namespace, name, uid },
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
      namespace,
      kind: workload.kind,
      uid,
      watches,
      port: watched.port,
      lock,
      reporter,
      options: () => {
        const { maxUnavailable } = steering();
        return maxUnavailable ? { ...request.options, maxUnavailable } : request.options;
      },
      orders: steering,
      gates: {
        states: () => [
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
      kills: watchKills({ kube, clock, watches, reporter, memory, commandLine: request.commandLine }),
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
        const { metadata } = await pauseByLease(kube, workload, orderBy(context, reason));
        return metadata.resourceVersion;
      },
      unpause: () => pauseByLease(kube, workload, undefined),
      resumeCommand,
      wake: () => driver.wake(),
    });
    gates.onChange(() => driver.wake());
    watches.onChange(() => {
      probe.look();
      const { aborted } = steering();
      if (aborted) stop('stopped', `aborted ${describeOrder(aborted)}; `);
    });
    // Whatever came after the Lease was taken and before there was a driver to stop.
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
  { clock }: Context,
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

async function acquire(
  request: RolloutRequest,
  { kube, found }: Watched,
  context: Context,
  controls: Controls,
): Promise<RolloutLock> {
  return acquireRolloutLock({
    kube,
    workload: found,
    clock: context.clock,
    random: context.random,
    process: context.processIdentity,
    maxUnavailable: request.options.maxUnavailable,
    signal: controls.starting.signal,
    onObserve(holder, upToMs) {
      writeLine(
        context.stderr,
        `${subjectOf(found)} was last rolled out by ${holder}; checking for up to ${Math.ceil(upToMs / 1000)}s whether it is still running`,
      );
    },
    onState(state) {
      if (state.kind === 'lost') controls.stop('stopped', `${state.error.message}; `);
      else controls.driver?.wake();
    },
  });
}
