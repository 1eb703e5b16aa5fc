import { connectionNews } from '../../shared/drive/connection-news.ts';
import { InterruptedError } from '../../shared/errors.ts';
import { compareText } from '../../shared/kube/zones.ts';
import { listNames } from '../../shared/sentences.ts';
import type { Context } from '../cli/context.ts';
import { EXIT, type ExitCode } from '../cli/errors.ts';
import { writeLine } from '../cli/output.ts';
import { agreeToDrain, type DrainExtent } from './confirm-drain.ts';
import { uncordonAll } from './cordon.ts';
import { orderDrainZones } from './decide/order.ts';
import { DrainDriver } from './driver.ts';
import type { DrainEnd } from './driver-options.ts';
import type { DrainOutcome, DrainReporter, OpenDrainReporter } from './events.ts';
import { startNotices } from './notices.ts';
import type { ObservedDrain } from './observe.ts';
import type { WatchedDrain } from './open-drain.ts';
import { type DrainProbe, probeDrain } from './probe.ts';
import type { DrainRequest } from './request.ts';
import { tellUndo } from './tell-undo.ts';

const EXIT_OF: Readonly<Record<DrainOutcome, ExitCode>> = {
  done: EXIT.done,
  failed: EXIT.failed,
  stopped: EXIT.stopped,
  interrupted: EXIT.interrupted,
};

const NO_MORE = 'no more pods are evicted';

/**
 * Runs a drain, and reports at the end what it leaves behind.
 *
 * @param notices what was found before the start
 * @throws InterruptedError if nothing had begun
 */
export async function drainNodes(
  request: DrainRequest,
  watched: WatchedDrain,
  notices: readonly string[],
  context: Context,
  openReporter: OpenDrainReporter,
): Promise<ExitCode> {
  const starting = new AbortController();
  let driver: DrainDriver | undefined;
  const stop = (outcome: DrainOutcome, reason: string) => {
    if (driver) driver.stop(outcome, reason);
    else starting.abort(new InterruptedError());
  };
  const ignoreInterrupts = context.onInterrupt(() => stop('interrupted', NO_MORE));
  const ended = new AbortController();
  try {
    const observed = await watched.firstLook(starting.signal);
    if (hasWork(observed)) await agreeToDrain(request, extentOf(observed, request, watched), context);
    starting.signal.throwIfAborted();
    const probe = await probeDrain(request.probe, context, AbortSignal.any([starting.signal, ended.signal]));
    const leftover = ({ outcome, summary }: Pick<DrainEnd, 'outcome' | 'summary'>) =>
      tellUndo({ ...request, outcome, cordoned: summary.cordoned });
    const onQuit = (outcome: 'stopped' | 'interrupted') => stop(outcome, NO_MORE);
    const shown = await openReporter(context, { output: request.output, onQuit, leftover });
    const reporter = probe.follow(shown);
    let end: DrainEnd;
    try {
      driver = makeDriver(request, watched, reporter, probe, context);
      listen(watched, reporter, driver, context);
      announce(
        observed,
        [...notices, ...startNotices(observed, watched, request.options)],
        request,
        reporter,
        context,
      );
      probe.begin(reporter, () => driver?.wake());
      if (starting.signal.aborted) stop('interrupted', NO_MORE);
      end = await runWithin(request.timeoutMs, driver, context);
      end = await uncordonIfAsked(end, request, watched, reporter, context);
      const { outcome, reason } = end;
      const summary = { ...end.summary, ...(await probe.end()) };
      reporter.report({ atMs: context.clock.nowMs(), type: 'finished', outcome, reason, summary });
    } finally {
      await reporter.close();
    }
    // Standard output contains only JSON then.
    if (request.output === 'json') for (const line of leftover(end)) writeLine(context.stderr, line);
    return EXIT_OF[end.outcome];
  } finally {
    ended.abort(new Error('the drain has ended'));
    ignoreInterrupts();
  }
}

function makeDriver(
  { options, removal }: DrainRequest,
  watched: WatchedDrain,
  reporter: DrainReporter,
  { hold }: DrainProbe,
  { clock, random }: Context,
): DrainDriver {
  return new DrainDriver({ ...watched, options, removal, reporter, clock, random, hold });
}

async function runWithin(
  timeoutMs: number | undefined,
  driver: DrainDriver,
  { clock }: Context,
): Promise<DrainEnd> {
  if (timeoutMs === undefined) return driver.run();
  const reason = `not finished within --timeout ${timeoutMs / 1000}s`;
  const cancel = clock.schedule(timeoutMs, () => driver.stop('stopped', reason));
  return driver.run().finally(cancel);
}

/** Uncordons nodes that were cordoned but not drained, if the operator asked for that. */
async function uncordonIfAsked(
  end: DrainEnd,
  { uncordonOnFailure }: DrainRequest,
  { kube }: WatchedDrain,
  reporter: DrainReporter,
  { clock }: Context,
): Promise<DrainEnd> {
  const { outcome, unfinished, summary } = end;
  if (!uncordonOnFailure || outcome === 'done' || unfinished.length === 0) return end;
  const failed = await uncordonAll(kube, unfinished);
  const notice = (message: string) => reporter.report({ atMs: clock.nowMs(), type: 'notice', message });
  for (const { node, reason } of failed) notice(`${node} could not be uncordoned: ${reason}`);
  const kept = new Set(failed.map(({ node }) => node));
  const given = unfinished.filter((node) => !kept.has(node));
  if (given.length > 0) notice(`uncordoned again, because they are not drained: ${listNames(given)}`);
  const cordoned = summary.cordoned.filter((node) => !given.includes(node));
  return { ...end, summary: { ...summary, cordoned } };
}

function listen(
  { listeners, watches, rollouts }: WatchedDrain,
  reporter: DrainReporter,
  driver: DrainDriver,
  { clock }: Context,
): void {
  const isLive = () => watches.staleSinceMs === undefined && rollouts.staleSinceMs === undefined;
  const tell = connectionNews(clock, isLive, (news) => reporter.report(news));
  listeners.onChange = () => driver.wake();
  listeners.onConnection = (state) => {
    tell(state);
    driver.wake();
  };
  listeners.onProblem = ({ message }) =>
    reporter.report({
      atMs: clock.nowMs(),
      type: 'notice',
      message: `an object could not be read: ${message}`,
    });
}

/** The announcement: what will be done, and the notices. */
function announce(
  { observation }: ObservedDrain,
  notices: readonly string[],
  { options }: DrainRequest,
  reporter: DrainReporter,
  { clock }: Context,
): void {
  const atMs = clock.nowMs();
  const zones = orderDrainZones(observation.nodes, options.zoneOrder).map((zone) => ({
    zone: zone ?? null,
    nodes: observation.nodes
      .filter((node) => node.zone === zone)
      .map(({ name }) => name)
      .sort(compareText),
  }));
  reporter.report({ atMs, type: 'started', zones, pods: observation.pods.length });
  for (const message of notices) reporter.report({ atMs, type: 'notice', message });
}

function extentOf(
  { observation: { nodes, pods } }: ObservedDrain,
  { options }: DrainRequest,
  { kube: { server } }: WatchedDrain,
): DrainExtent {
  const zones = orderDrainZones(nodes, options.zoneOrder);
  return { zones, nodes: nodes.length, pods: pods.length, server };
}

function hasWork({ observation: { nodes, pods } }: ObservedDrain): boolean {
  return pods.length > 0 || nodes.some(({ cordoned }) => !cordoned);
}
