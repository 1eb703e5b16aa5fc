import { InterruptedError } from '../../shared/errors.ts';
import { tryRemovals } from '../../shared/removals/try-removals.ts';
import type { Context } from '../cli/context.ts';
import { EXIT, type ExitCode } from '../cli/errors.ts';
import { writeLine } from '../cli/output.ts';
import { type CheckedPods, checkPods } from './check-pods.ts';
import { drainNodes } from './drain-nodes.ts';
import type { OpenDrainReporter } from './events.ts';
import { startNotices } from './notices.ts';
import { describePlan } from './plan.ts';
import { checkDrainAccess, hasZoneBudgets } from './preflight.ts';
import type { DrainRequest } from './request.ts';
import { type Scene, watchScene } from './scene.ts';
import { printDrainPlan, verdictLines } from './show-plan.ts';
import { checkZoneOrder, fetchTargets } from './targets.ts';

/** Drains nodes, or says what that would do. Everything that can be refused is, before anything is touched. */
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
    const scene = await watchScene(kube, { nodes, zoneBudgets }, request, context);
    try {
      const checked = check(scene, context);
      return request.dryRun
        ? await plan(request, scene, checked, context)
        : await drainNodes(request, scene, checked.notices, context, openReporter);
    } finally {
      await scene.stop();
    }
  } finally {
    await kube.close();
  }
}

/** @throws UserError for pods that must not be touched without a flag */
function check({ targets, watches, daemonSets, request, kube }: Scene, { clock }: Context): CheckedPods {
  const pods = targets.flatMap(({ name }) => [...watches.pods.onNode(name)].map((record) => record.pod));
  const nowMs = clock.nowMs() + kube.clockSkewMs;
  return checkPods(pods, { filters: request.filters, daemonSets: daemonSets.names, nowMs });
}

async function plan(
  { options, output, dryRun, removal }: DrainRequest,
  scene: Scene,
  { notices, staying }: CheckedPods,
  context: Context,
): Promise<ExitCode> {
  const interrupted = new AbortController();
  const ignoreInterrupts = context.onInterrupt(() => interrupted.abort(new InterruptedError()));
  try {
    const sight = await scene.firstSight(interrupted.signal);
    const { observation } = sight;
    const told = [...notices, ...startNotices(sight, scene, options)];
    printDrainPlan(describePlan({ observation, staying, options }), told, context.stdout, output === 'json');
    if (dryRun !== 'server') return EXIT.done;
    const asked = observation.pods.filter(({ terminating }) => !terminating);
    const refused = await tryRemovals(scene.kube, asked, removal);
    for (const line of verdictLines(asked.length, refused)) writeLine(context.stderr, line);
    return EXIT.done;
  } finally {
    ignoreInterrupts();
  }
}
