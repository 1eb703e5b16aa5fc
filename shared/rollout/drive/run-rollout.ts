import type { DriveContext } from '../../drive/operator.ts';
import { InterruptedError } from '../../errors.ts';
import { gateSources } from '../../gates/sources.ts';
import { type GateWatch, watchGates } from '../../gates/watch.ts';
import { LeaseLostError } from '../../kube/lease-record.ts';
import { decide } from '../decide/decide.ts';
import { emptyMemory } from '../decide/memory.ts';
import type { Observation } from '../decide/types.ts';
import { FIRST_LOOK, type Workload } from '../decide/workload.ts';
import { started } from './announce-start.ts';
import { type Controls, driveWorkload } from './drive-workload.ts';
import type { RolloutEnd } from './driver-options.ts';
import type { RolloutOutcome } from './events.ts';
import { checkZones } from './preflight.ts';
import { Progress } from './progress.ts';
import type { RolloutRequest } from './request.ts';
import type { RolloutHost } from './rollout-host.ts';
import { acquireRolloutLock, type RolloutLock } from './rollout-lock.ts';
import type { Watched } from './workload-port.ts';

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
        controls.driver.stop(outcome, `${why}continue with: ${resumeWith}`);
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
      await reachNow(watched, context, controls.starting.signal);
      const prepared = await port.prepare(request, lock, context, controls.starting.signal);
      resumeWith = prepared.request.commandLine;
      end = await driveWorkload({
        ...{ watched, context, controls, lock, gates, probe, host },
        ...prepared,
      });
    } finally {
      const outcome = end?.outcome ?? 'failed';
      const reason = end?.reason ?? 'it ended with an error';
      let isAnswered = true;
      try {
        isAnswered = await port.leave(request, lock, outcome, context);
      } finally {
        await lock.release(outcome, reason, isAnswered).catch((error: unknown) => {
          if (error instanceof LeaseLostError) return;
          context.operator.say('warning: the Lease could not be released; it expires in 15s');
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
  return (watches.workload ?? found).observe(watches.cluster, FIRST_LOOK);
}

/** Checks all gates once, before any change, so that configuration errors are reported here. */
async function startGates(
  { gates }: RolloutRequest,
  watched: Watched,
  { clock, random }: DriveContext,
  signal: AbortSignal,
): Promise<GateWatch> {
  const times = { freshForMs: gates.intervalMs, timeoutMs: gates.timeoutMs };
  const { namespace } = watched.found.id;
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
  const monotonicMs = context.clock.monotonicMs();
  const decision = decide({ observation, options, memory, gates: [], nowMs, monotonicMs });
  if (decision.kind !== 'done') return false;
  const reporter = await host.openReporter(undefined);
  reporter.report(started(workload, observation, false, nowMs));
  for (const message of notices) reporter.report({ atMs: nowMs, type: 'notice', message });
  const summary = new Progress(monotonicMs).summary(monotonicMs);
  reporter.report({ atMs: nowMs, type: 'finished', outcome: 'done', reason: decision.reason, summary });
  await reporter.close();
  return true;
}

/** After this time the operator is informed of the wait. */
const SILENCE_MS = 2_000;

/**
 * The Lease may have been released before our watches show what its last holder did. After an interrupt the driver ends
 * the rollout.
 */
async function reachNow(
  { found, watches }: Watched,
  { clock, operator }: DriveContext,
  signal: AbortSignal,
): Promise<void> {
  const breakSilence = clock.schedule(SILENCE_MS, () =>
    operator.say(`waiting for the watches to show ${found.id.subject} and its pods as they are now`),
  );
  try {
    await watches.reach(signal);
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    breakSilence();
  }
}

async function acquire(
  request: RolloutRequest,
  { kube, found, watches }: Watched,
  context: DriveContext,
  controls: Controls,
): Promise<RolloutLock> {
  return acquireRolloutLock({
    kube,
    workload: found,
    clock: context.clock,
    random: context.random,
    process: context.processIdentity,
    options: request.options,
    zones: request.zones,
    signal: controls.starting.signal,
    members: () => watches.workload?.members ?? [],
    reach: () => watches.reach(controls.starting.signal),
    onObserve(holder, upToMs) {
      context.operator.say(
        `${found.id.subject} was last rolled out by ${holder}; checking for up to ${Math.ceil(upToMs / 1000)}s whether it is still running`,
      );
    },
    onState(state) {
      if (state.kind === 'lost') controls.stop('stopped', `${state.error.message}; `);
      else controls.driver?.wake();
    },
  });
}
