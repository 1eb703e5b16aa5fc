import { InterruptedError, UserError } from '../../../shared/errors.ts';
import { plural } from '../../../shared/format.ts';
import type { Kube } from '../../../shared/kube/kube.ts';
import { VERSION } from '../../../shared/version.ts';
import type { Context } from '../../cli/context.ts';
import { EXIT, type ExitCode } from '../../cli/errors.ts';
import { writeLine } from '../../cli/output.ts';
import { confirm } from '../../cli/questions.ts';
import { waitForSilence } from '../apply/answer.ts';
import { StoppedError } from '../errors.ts';
import { type Manifest, shownName } from '../manifests/manifest.ts';
import { inOrder, type Stages, stagesOf } from '../manifests/order.ts';
import { render } from '../manifests/render.ts';
import { shippedManifests } from '../manifests/shipped.ts';
import { deleteLeftover, deleteObject, LEFTOVERS } from './delete.ts';
import { findForeignObjects } from './foreign-objects.ts';
import { type Census, checkRemovalAccess, countObjects, readAll } from './look.ts';
import { planRemoval, type RemovalPlan, removals } from './plan.ts';
import type { UninstallRequest } from './request.ts';

/**
 * Removes the webhook: first its configurations, so that no eviction fails because the webhook is already gone, then the
 * rest. Budgets are kept by default. Can be repeated.
 *
 * @throws UserError with what was done and how to continue
 */
export async function runUninstall(request: UninstallRequest, context: Context): Promise<ExitCode> {
  // Only the names matter, so any image will do.
  const stages = stagesOf(render(await shippedManifests(), { version: VERSION, image: 'any' }));
  const kube = await context.connect(request.connection);
  const interrupted = new AbortController();
  const ignore = context.onInterrupt(() => interrupted.abort(new InterruptedError()));
  try {
    return await uninstall(kube, stages, { request, context, signal: interrupted.signal });
  } finally {
    ignore();
    await kube.close();
  }
}

interface Removal {
  request: UninstallRequest;
  context: Context;
  signal: AbortSignal;
}

async function uninstall(kube: Kube, stages: Stages, removal: Removal): Promise<ExitCode> {
  const { request, context, signal } = removal;
  const { stdout, stderr } = context;
  await checkRemovalAccess(kube, 'get', inOrder(stages), signal);
  const live = await readAll(kube, stages, signal);
  const foreign = await findForeignObjects(kube, signal);
  const plan = planRemoval(stages, live, { deleteCrds: request.deleteCrds, foreign });
  for (const { manifest, why } of plan.kept) writeLine(stderr, `${shownName(manifest)} kept: ${why}`);
  if (removals(plan).length === 0) {
    writeLine(stderr, 'nothing to remove');
    return EXIT.done;
  }
  if (request.dryRun === 'client') {
    for (const each of removals(plan)) writeLine(stdout, `${shownName(each)} deleted (dry run)`);
    return EXIT.done;
  }
  await checkRemovalAccess(kube, 'delete', removals(plan), signal);
  const census = plan.definitions.length > 0 ? await countObjects(kube, signal) : undefined;
  if (request.dryRun === undefined && !request.yes) {
    for (const each of removals(plan)) writeLine(stderr, shownName(each));
    if (!(await confirm(question(plan, census), context, 'pass --yes'))) {
      writeLine(stderr, 'nothing was changed');
      return EXIT.failed;
    }
  }
  return carryOut(kube, plan, removal);
}

function question(plan: RemovalPlan, census: Census | undefined): string {
  const objects = plural(removals(plan).length, 'object');
  if (census === undefined) return `Delete these ${objects}? Budgets are kept, but nothing will enforce them`;
  const budgets = plural(census.budgets, 'ZoneDisruptionBudget');
  const updates = plural(census.updates, 'ZoneAwareUpdate');
  return `Delete these ${objects}, including ${budgets} and ${updates} in all namespaces?`;
}

async function carryOut(
  kube: Kube,
  plan: RemovalPlan,
  { request, context, signal }: Removal,
): Promise<ExitCode> {
  const { clock, stdout, stderr } = context;
  const dryRun = request.dryRun === 'server';
  const result = dryRun ? 'deleted (server dry run)' : 'deleted';
  let done = 0;
  const drop = async (live: Manifest) => {
    await deleteObject(kube, live, { dryRun, signal });
    done += 1;
    writeLine(stdout, `${shownName(live)} ${result}`);
  };
  try {
    for (const each of plan.configurations) await drop(each);
    if (!dryRun && plan.webhook.some(({ kind }) => kind === 'Deployment')) {
      await waitForSilence(kube, {
        clock,
        signal,
        deadlineMs: clock.monotonicMs() + request.timeoutMs,
        onWait: (text) => writeLine(stderr, text),
      });
    }
    for (const each of plan.webhook) await drop(each);
    for (const leftover of LEFTOVERS) {
      if (await deleteLeftover(kube, leftover, { dryRun, signal }))
        writeLine(stdout, `${leftover.shown} ${result}`);
    }
    for (const each of [...plan.definitions, ...plan.namespace]) await drop(each);
    return EXIT.done;
  } catch (error) {
    throw done === 0 ? error : unfinished(error, request.commandLine);
  }
}

function unfinished(error: unknown, commandLine: string): unknown {
  const fix = `deleted objects are not restored; to continue, run the same command: ${commandLine}`;
  if (error instanceof InterruptedError) return new StoppedError('interrupted', fix, 'interrupt');
  if (error instanceof StoppedError) return new StoppedError(error.message, fix, 'time');
  return error instanceof Error ? new UserError(error.message, fix, error) : error;
}
