import { InterruptedError } from '../../../shared/errors.ts';
import type { Kube } from '../../../shared/kube/kube.ts';
import type { Context } from '../../cli/context.ts';
import { describeError, EXIT, type ExitCode } from '../../cli/errors.ts';
import { commandLineOf } from '../../cli/quote.ts';
import { withoutTerminal } from '../inside.ts';
import { DEMO_INTERRUPTED, type DemoHost } from '../stage.ts';
import type { FlushEvent, Load } from './events.ts';
import { isSettled, isWhole } from './fleet.ts';
import { EMPTY_RECORD, recorded } from './record.ts';
import { type Demand, demandOf, type Scenario, SIDES, type Side } from './scenario.ts';
import { storeFigures } from './store.ts';
import { watchFleet } from './watch-fleet.ts';
import { createWorkloads, OUR_COMMAND, setPlainImage } from './workloads.ts';

/** Creates the ingesters of both sides and waits until all of them are ready. */
export async function prepareSides(
  kube: Kube,
  scenario: Scenario,
  context: Context,
  signal: AbortSignal,
): Promise<void> {
  await createWorkloads(kube, scenario);
  await Promise.all(
    SIDES.map(async (side) => {
      const fleet = await watchFleet(kube, side, demandOf(scenario), context);
      try {
        await fleet.until((seen) => isWhole(seen, scenario.pods), signal);
      } finally {
        await fleet.stop();
      }
    }),
  );
}

/**
 * Rolls the new image out on both sides at the same time, and reports the load on the store.
 *
 * @param kubeconfig path of the sandbox's kubeconfig, for our command
 * @returns 0 if our side never exceeded the store's capacity, otherwise 1; our command's exit code if it failed
 */
export async function playSides(
  scenario: Scenario,
  kubeconfig: string,
  context: Context,
  report: (event: FlushEvent) => void,
  runCommand: DemoHost['runCommand'],
): Promise<ExitCode> {
  const { clock } = context;
  const demand = demandOf(scenario);
  let record = EMPTY_RECORD;
  const emit = (event: FlushEvent) => {
    record = recorded(record, event);
    report(event);
  };
  const interrupted = new AbortController();
  const ignoreInterrupts = context.onInterrupt(() =>
    interrupted.abort(new InterruptedError(DEMO_INTERRUPTED)),
  );
  const kube = await context.connect({ kubeconfig });
  try {
    emit({ atMs: clock.nowMs(), type: 'started', demand, ...plotOf(scenario) });
    const command = () =>
      runRolloutCommand({ words: OUR_COMMAND, kubeconfig, run: runCommand }, context, (line) =>
        emit({ atMs: clock.nowMs(), type: 'said', line }),
      );
    const outcome = await rollBothOut(kube, { scenario, demand, context, emit, command }, interrupted.signal);
    const atMs = clock.nowMs();
    const figuresOf = (side: Side) => storeFigures(record[side], demand.capacity, atMs);
    const figures = { plain: figuresOf('plain'), zone: figuresOf('zone') };
    const overrun = figures.zone.peakWritesPerSecond > demand.capacity;
    const exitCode = outcome === EXIT.done && overrun ? EXIT.failed : outcome;
    emit({ atMs, type: 'finished', exitCode, figures });
    return exitCode;
  } finally {
    ignoreInterrupts();
    await kube.close();
  }
}

interface Play {
  scenario: Scenario;
  demand: Demand;
  context: Context;
  emit(event: FlushEvent): void;
  command(): Promise<ExitCode>;
}

/** @returns the exit code of our command; on success, both sides have settled */
async function rollBothOut(kube: Kube, play: Play, signal: AbortSignal): Promise<ExitCode> {
  const { scenario, demand, context, emit, command } = play;
  const { clock } = context;
  const left = new AbortController();
  const stopped = AbortSignal.any([signal, left.signal]);
  const watches = await Promise.all(
    SIDES.map(async (side) => ({
      side,
      fleet: await watchFleet(kube, side, demand, context, onNewLoad(side, context, emit)),
    })),
  );
  const settling = Promise.all(
    watches.map(async ({ side, fleet }) => {
      await fleet.until((seen) => isSettled(seen, scenario.pods), stopped);
      emit({ atMs: clock.nowMs(), type: 'settled', side });
    }),
  );
  // It may also reject after the last await on it.
  settling.catch(() => {});
  try {
    await setPlainImage(kube);
    const exitCode = await command();
    if (exitCode === EXIT.done) await settling;
    return exitCode;
  } finally {
    left.abort(new InterruptedError());
    await Promise.all(watches.map(({ fleet }) => fleet.stop()));
  }
}

/** Passes on the load on the store whenever it changes. */
function onNewLoad(side: Side, { clock }: Context, emit: (event: FlushEvent) => void) {
  let last = '';
  return ({ flushing, zones, writesPerSecond }: Load) => {
    const load: Load = { flushing, zones, writesPerSecond };
    const text = JSON.stringify(load);
    if (text === last) return;
    last = text;
    emit({ atMs: clock.nowMs(), type: 'load', side, ...load });
  };
}

/** Allowance for the time between flushes. */
const SLACK = 1.1;

/** What a reporter needs before the first load; sequential flushes take the longest. */
function plotOf({ pods, held, speed, startMs: [, slowestStartMs] }: Scenario) {
  return {
    pods,
    flushMs: held.flushMs,
    expectedMs: (pods * held.flushMs + slowestStartMs) * SLACK,
    speed,
    command: commandLineOf(OUR_COMMAND),
  };
}

/** The elapsed time at the start of each line of a plain report; our report has its own time. */
const ELAPSED = /^ *(\d+h \d\dm|\d+m \d\ds|\d+s) {2}/;

/**
 * Runs `kubectl zone rollout` as if it were typed, without a terminal, and answers its questions with yes.
 *
 * @param words the words after `kubectl zone`
 * @param run runs them
 * @param onLine called with each line that it prints
 * @returns its exit code, also if it throws an error, which is passed to `onLine`
 */
async function runRolloutCommand(
  { words, kubeconfig, run }: { words: readonly string[]; kubeconfig: string; run: DemoHost['runCommand'] },
  context: Context,
  onLine: (line: string) => void,
): Promise<ExitCode> {
  const own = withoutTerminal(context, (line) => onLine(line.replace(ELAPSED, '')), onLine);
  try {
    const all = [...words, '--kubeconfig', kubeconfig, '--output', 'plain', '--yes'];
    return await run(all, own);
  } catch (error) {
    const { message, fix, stack, exitCode } = describeError(error);
    onLine(`error: ${message}`);
    for (const more of [fix, stack]) if (more) onLine(more);
    return exitCode;
  }
}
