import { type Clock, delay } from '../../../shared/clock.ts';
import { UserError } from '../../../shared/errors.ts';
import type { Kube } from '../../../shared/kube/kube.ts';
import type { Context } from '../../cli/context.ts';
import { EXIT, type ExitCode } from '../../cli/errors.ts';
import { commandLineOf } from '../../cli/quote.ts';
import type { DemoHost } from '../stage.ts';
import { CHECK_COMMAND, runCheckCommand } from './check-command.ts';
import type { Phase, ZeroDowntimeEvent } from './events.ts';
import { failuresIn, NOTHING, type Tally } from './tally.ts';
import type { Traffic } from './traffic.ts';
import type { WorkloadWatch } from './watch-workload.ts';
import { NAME, NAMESPACE, setImage } from './workload.ts';

/** Status codes that a load balancer returns for a target that does not respond. */
const GATEWAY_CODES: ReadonlySet<unknown> = new Set([502, 504]);

/** Idle time before and after each rolling update: the last failing requests take 10 s. */
const CALM_MS = 15_000;

/** Interval between progress reports. */
const PROGRESS_MS = 20_000;

export interface Play {
  runCommand: DemoHost['runCommand'];
  kube: Kube;
  kubeconfig: string;
  /** On the sandbox's clock. */
  context: Context;
  traffic: Traffic;
  workload: WorkloadWatch;
  report(event: ZeroDowntimeEvent): void;
  signal: AbortSignal;
}

/**
 * Rolls a new image out, fixes the workload, which replaces its pods too, and rolls another image out.
 *
 * @returns 0 if requests failed during the first rolling update and none during the last one
 * @throws UserError if a rolling update does not end, or our command leaves errors
 */
export async function playPhases(play: Play): Promise<ExitCode> {
  const { kube, report, context } = play;
  const { clock } = context;
  const setImageCommand = (image: string) =>
    `kubectl set image deploy/${NAME} ${NAME}=${image} -n ${NAMESPACE}`;
  const tallies: Record<Phase, Tally> = { found: NOTHING, mending: NOTHING, mended: NOTHING };
  const phases: readonly [Phase, string, () => Promise<void>][] = [
    ['found', setImageCommand('shop:v2'), () => setImage(kube, 'shop:v2')],
    ['mending', commandLineOf(CHECK_COMMAND), () => fixWorkload(play)],
    ['mended', setImageCommand('shop:v3'), () => setImage(kube, 'shop:v3')],
  ];
  for (const [phase, command, act] of phases) {
    report({ atMs: clock.nowMs(), type: 'began', phase, command });
    tallies[phase] = await playPhase(play, phase, act);
  }
  const exitCode = proves(tallies) ? EXIT.done : EXIT.failed;
  report({ atMs: clock.nowMs(), type: 'finished', exitCode, tallies });
  return exitCode;
}

/** Whether clients saw the expected failures with the workload as deployed, and none with the fixed one. */
export function proves({ found, mended }: Readonly<Record<Phase, Tally>>): boolean {
  return found.some(({ code }) => GATEWAY_CODES.has(code)) && mended.length > 0 && failuresIn(mended) === 0;
}

async function playPhase(play: Play, phase: Phase, act: () => Promise<void>): Promise<Tally> {
  const { context, traffic, workload, report, signal } = play;
  const { clock } = context;
  const count = traffic.begin();
  const stopTelling = everySoOften(clock, () =>
    report({ atMs: clock.nowMs(), type: 'progress', phase, tally: count.tally }),
  );
  try {
    await delay(clock, CALM_MS, signal);
    const beganMs = clock.monotonicMs();
    await act();
    await workload.settled(signal);
    const tookMs = clock.monotonicMs() - beganMs;
    await delay(clock, CALM_MS, signal);
    const tally = await count.end();
    report({ atMs: clock.nowMs(), type: 'ended', phase, tookMs, tally });
    return tally;
  } finally {
    stopTelling();
  }
}

/** @returns a function that stops it */
function everySoOften(clock: Clock, run: () => void): () => void {
  const tick = () => {
    cancel = clock.schedule(PROGRESS_MS, tick);
    run();
  };
  let cancel = clock.schedule(PROGRESS_MS, tick);
  return () => cancel();
}

async function fixWorkload({ kubeconfig, context, report, runCommand }: Play): Promise<void> {
  const { clock } = context;
  const exitCode = await runCheckCommand({ kubeconfig, runCommand }, context, (line) =>
    report({ atMs: clock.nowMs(), type: 'said', line }),
  );
  if (exitCode !== EXIT.done) throw new UserError('kubectl zone check --fix did not fix all errors');
}
