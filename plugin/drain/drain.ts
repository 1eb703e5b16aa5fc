import { InterruptedError } from '../../shared/errors.ts';
import { tryRemovals } from '../../shared/removals/try-removals.ts';
import type { Context } from '../cli/context.ts';
import { EXIT, type ExitCode } from '../cli/errors.ts';
import { writeLine } from '../cli/output.ts';
import { type CheckedPods, checkPods } from './check-pods.ts';
import { drainNodes } from './drain-nodes.ts';
import type { OpenDrainReporter } from './events.ts';
import { startNotices } from './notices.ts';
import { openDrain, type WatchedDrain } from './open-drain.ts';
import { describePlan } from './plan.ts';
import { checkDrainAccess, hasZoneBudgets } from './preflight.ts';
import type { DrainRequest } from './request.ts';
import { printDrainPlan, verdictLines } from './show-plan.ts';
import { checkZoneOrder, fetchTargets } from './targets.ts';

/** Drains nodes, or reports what that would do. All checks run before anything is changed. */
export async function runDrain(
  request: DrainRequest,
  context: Context,
  openReporter: OpenDrainReporter,
): Promise<ExitCode> {
  const kube = await context.connect(request.connection);
  try {
    const zoneBudgets = await hasZoneBudgets(kube);
    await checkDrainAccess(kube, {
      acts: request.dryRun !== 'client',
      disableEviction: request.removal.disableEviction,
      zoneBudgets,
    });
    const nodes = await fetchTargets(kube, request.targets);
    await checkZoneOrder(kube, nodes, request.options.zoneOrder);
    const watched = await openDrain(kube, { nodes, zoneBudgets }, request, context);
    try {
      const found = check(watched);
      const checked = { ...found, notices: [...(request.notices ?? []), ...found.notices] };
      return request.dryRun
        ? await plan(request, watched, checked, context)
        : await drainNodes(request, watched, checked.notices, context, openReporter);
    } finally {
      await watched.stop();
    }
  } finally {
    await kube.close();
  }
}

/** @throws UserError for pods that need a flag to be drained */
function check({ targets, watches, daemonSets, request, kube }: WatchedDrain): CheckedPods {
  const pods = targets.flatMap(({ name }) => [...watches.pods.onNode(name)].map((record) => record.pod));
  const nowMs = kube.serverNowMs();
  return checkPods(pods, { filters: request.filters, daemonSets: daemonSets.names, nowMs });
}

async function plan(
  { options, output, dryRun, removal }: DrainRequest,
  watched: WatchedDrain,
  { notices, staying }: CheckedPods,
  context: Context,
): Promise<ExitCode> {
  const interrupted = new AbortController();
  const ignoreInterrupts = context.onInterrupt(() => interrupted.abort(new InterruptedError()));
  try {
    const observed = await watched.firstLook(interrupted.signal);
    const { observation } = observed;
    const told = [...notices, ...startNotices(observed, watched, options)];
    await printDrainPlan(describePlan({ observation, staying, options }), told, context.stdout, output);
    if (dryRun !== 'server') return EXIT.done;
    const asked = observation.pods.filter(({ terminating }) => !terminating);
    const refused = await tryRemovals(watched.kube, asked, removal);
    for (const line of verdictLines(asked.length, refused)) writeLine(context.stderr, line);
    return EXIT.done;
  } finally {
    ignoreInterrupts();
  }
}
