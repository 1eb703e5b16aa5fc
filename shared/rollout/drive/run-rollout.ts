import { connectionNews } from '../../drive/connection-news.ts';
import type { DriveContext } from '../../drive/operator.ts';
import { InterruptedError } from '../../errors.ts';
import { gateSources } from '../../gates/sources.ts';
import { type GateWatch, watchGates } from '../../gates/watch.ts';
import type { Kube } from '../../kube/kube.ts';
import { decide } from '../decide/decide.ts';
import { acceptKilled } from '../decide/killed-pods.ts';
import { emptyMemory } from '../decide/memory.ts';
import type { Observation } from '../decide/types.ts';
import { FIRST_LOOK, subjectOf, type Workload } from '../decide/workload.ts';
import { announce, started } from './announce-start.ts';
import { RolloutDriver } from './driver.ts';
import type { RolloutEnd } from './driver-options.ts';
import type { Reporter, RolloutOutcome } from './events.ts';
import { watchFailures } from './failures.ts';
import { formerGate } from './former-gate.ts';
import { watchKills } from './kills.ts';
import { describeOrder, orderBy, pauseByLease, pauseGate, readSteering } from './orders.ts';
import { checkZones } from './preflight.ts';
import type { RolloutProbe } from './probe.ts';
import { Progress } from './progress.ts';
import { recordEvents } from './record-events.ts';
import type { RolloutRequest } from './request.ts';
import { acquireRolloutLock, type RolloutLock } from './rollout-lock.ts';
import type { WorkloadWatches } from './watches.ts';
import { commandName, KINDS } from './workload-names.ts';
import type { Prepared, Watched } from './workload-port.ts';

/** What the process provides to its rollout. */
export interface RolloutHost {
  /** Opens the view; `live` is undefined if there is nothing to do except report that. */
  openReporter(live: LiveRollout | undefined): Promise<Reporter>;
  /** @param signal aborts when the rollout has ended */
  startProbe(signal: AbortSignal): Promise<RolloutProbe>;
  /** Calls `listener` on an interrupt, and returns a function that removes it. */
  onInterrupt(listener: () => void): () => void;
}

/** What a live view may use. */
export interface LiveRollout {
  kube: Kube;
  watches: WorkloadWatches;
  workload: Workload;
  /** Stops the rollout. */
  stop(outcome: 'stopped' | 'interrupted'): void;
}

/** What an interrupt or timer may have to stop, as far as it exists yet. */
interface Controls {
  driver: RolloutDriver | undefined;
  /** The outcome of a rollout that was stopped before there was a driver. */
  stopped: { outcome: RolloutOutcome; why: string } | undefined;
  starting: AbortController;
  /** @param why a clause before the command that resumes */
  stop(outcome: RolloutOutcome, why: string): void;
}

/**
 * Runs the rollout: Lease, update strategy, driver, and cleanup at the end.
 *
 * @param limit aborts on timeout, with the error that ends the rollout
 */
export async function rollOut(
  request: RolloutRequest,
  watched: Watched,
  context: DriveContext,
  limit: AbortSignal,
  host: RolloutHost,
): Promise<RolloutOutcome> {
  const { found, port } = watched;
  const observation = observe(watched);
  checkZones(observation, request.options, emptyMemory(observation.updateRevision));
  const pending = (await port.isLeftUnfinished()) || request.change !== undefined;
  if (!pending && (await isDone(observation, request, context, found, host))) return 'done';
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
  const ignoreInterrupts = host.onInterrupt(() => stop('interrupted', ''));
  const ended = new AbortController();
  try {
    const signal = AbortSignal.any([controls.starting.signal, ended.signal]);
    const gates = await startGates(request, watched, context, signal);
    const probe = await host.startProbe(signal);
    const lock = await acquire(request, watched, context, controls);
    let end: RolloutEnd | undefined;
    try {
      const prepared = await port.prepare(request, lock, context, controls.starting.signal);
      resumeWith = prepared.request.commandLine;
      end = await drive({
        ...{ watched, context, controls, lock, gates, probe, host },
        ...prepared,
      });
    } finally {
      const outcome = end?.outcome ?? 'failed';
      try {
        await port.leave(request, lock, outcome, context);
      } finally {
        await lock.release(outcome, end?.reason ?? 'an error ended it').catch(() => {
          context.operator.say('warning: the Lease could not be released; it expires by itself in 15s');
        });
      }
    }
    return end.outcome;
  } finally {
    ended.abort(new Error('the rollout has ended'));
    ignoreInterrupts();
    limit.removeEventListener('abort', onLimit);
  }
}

/** The workload as currently shown by the watches. */
function observe({ found, watches }: Watched): Observation {
  const cluster = { pods: watches.pods.values(), nodes: watches.nodes };
  return (watches.workload ?? found).observe(cluster, FIRST_LOOK);
}

/** Checks all gates once, before any change, so that configuration errors are reported here. */
async function startGates(
  { gates }: RolloutRequest,
  watched: Watched,
  { clock, random }: DriveContext,
  signal: AbortSignal,
): Promise<GateWatch> {
  const times = { freshForMs: gates.intervalMs, timeoutMs: gates.timeoutMs };
  const { namespace } = watched.found.metadata;
  const workload = { namespace, pods: () => observe(watched).pods };
  const watch = watchGates(await gateSources(gates, watched.kube, workload), { clock, random, times });
  await watch.start(signal);
  return watch;
}

/** If there is nothing to do: reports that, and changes neither Lease nor strategy. */
async function isDone(
  observation: Observation,
  { options, notices }: RolloutRequest,
  context: DriveContext,
  workload: Workload,
  host: RolloutHost,
): Promise<boolean> {
  const nowMs = context.clock.nowMs();
  const memory = emptyMemory(observation.updateRevision);
  const decision = decide({ observation, options, memory, gates: [], nowMs });
  if (decision.kind !== 'done') return false;
  const reporter = await host.openReporter(undefined);
  reporter.report(started(workload, observation, false, nowMs));
  for (const message of notices) reporter.report({ atMs: nowMs, type: 'notice', message });
  const summary = new Progress(nowMs).summary(nowMs);
  reporter.report({ atMs: nowMs, type: 'finished', outcome: 'done', reason: decision.reason, summary });
  await reporter.close();
  return true;
}

interface Drive extends Prepared {
  watched: Watched;
  context: DriveContext;
  controls: Controls;
  lock: RolloutLock;
  gates: GateWatch;
  probe: RolloutProbe;
  host: RolloutHost;
}

async function drive(given: Drive): Promise<RolloutEnd> {
  const { request, watched, context, controls, lock, gates, probe, workload, host } = given;
  const { stop } = controls;
  const { kube, watches } = watched;
  const { clock, random } = context;
  const { namespace, name, uid } = workload.metadata;
  const resumeCommand = `kubectl zone rollout resume ${commandName(workload)}`;
  const steering = () => readSteering(lock.annotations(watches.lease));
  const shown = await host.openReporter({ kube, watches, workload, stop: (outcome) => stop(outcome, '') });
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

async function acquire(
  request: RolloutRequest,
  { kube, found }: Watched,
  context: DriveContext,
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
      context.operator.say(
        `${subjectOf(found)} was last rolled out by ${holder}; checking for up to ${Math.ceil(upToMs / 1000)}s whether it is still running`,
      );
    },
    onState(state) {
      if (state.kind === 'lost') controls.stop('stopped', `${state.error.message}; `);
      else controls.driver?.wake();
    },
  });
}
