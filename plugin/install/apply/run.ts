import { InterruptedError, UserError } from '../../../shared/errors.ts';
import type { Kube } from '../../../shared/kube/kube.ts';
import { VERSION } from '../../../shared/version.ts';
import type { Context } from '../../cli/context.ts';
import { EXIT, type ExitCode } from '../../cli/errors.ts';
import { refuseOldServer } from '../../cli/old-server.ts';
import { writeDocument, writeLine, writeLines } from '../../cli/output.ts';
import { confirm } from '../../cli/questions.ts';
import { StoppedError } from '../errors.ts';
import { chooseImage } from '../image.ts';
import { type Manifest, SYSTEM_NAMESPACE, shownName } from '../manifests/manifest.ts';
import { inOrder, stagesOf } from '../manifests/order.ts';
import { printManifests } from '../manifests/print.ts';
import { labelValue, render } from '../manifests/render.ts';
import { shippedManifests } from '../manifests/shipped.ts';
import { checkInstallAccess, neededAccess } from './access.ts';
import { findAwsControllers, refuseAwsControllers } from './aws-controllers.ts';
import { carryOut, type Outcome } from './carry-out.ts';
import { type Previewed, preview, refuseConflicts } from './preview.ts';
import type { InstallRequest } from './request.ts';
import { previewLines, previewSummary } from './show.ts';

/**
 * Installs this version, or upgrades an installation to it.
 *
 * @param version of the objects; tests pass another one
 * @returns 3 if it did not wait for the webhook, so that the installation is not complete
 * @throws UserError before anything is changed, or afterwards with what was done and how to continue
 */
export async function runInstall(
  request: InstallRequest,
  context: Context,
  version: string = VERSION,
): Promise<ExitCode> {
  const image = request.withoutWebhook ? undefined : chooseImage(request.image);
  const manifests = render(await shippedManifests(), { version, image, replicas: request.replicas });
  if (request.dryRun === 'client') return showManifests(manifests, request, context);
  const kube = await context.connect(request.connection);
  try {
    return await install(kube, manifests, { request, context, version });
  } finally {
    await kube.close();
  }
}

interface Installation {
  request: InstallRequest;
  context: Context;
  version: string;
}

async function showManifests(
  manifests: readonly Manifest[],
  { output }: InstallRequest,
  { stdout }: Context,
): Promise<ExitCode> {
  const ordered = inOrder(stagesOf(manifests));
  if (output === undefined) {
    writeLines(
      stdout,
      ordered.map((each) => `${shownName(each)} created (dry run)`),
    );
  } else {
    writeDocument(stdout, await printManifests(ordered, output));
  }
  return EXIT.done;
}

async function install(
  kube: Kube,
  manifests: readonly Manifest[],
  installation: Installation,
): Promise<ExitCode> {
  const { request, context, version } = installation;
  const interrupted = new AbortController();
  const ignore = context.onInterrupt(() => interrupted.abort(new InterruptedError()));
  try {
    const previewed = await look(kube, manifests, request, interrupted.signal);
    writeLines(context.stdout, previewLines(previewed));
    refuseConflicts(previewed);
    if (request.dryRun === 'server') return EXIT.done;
    if (!request.yes && needsConfirmation(previewed)) {
      const question = `Install kubectl-zone: ${previewSummary(previewed, labelValue(version))}?`;
      if (!(await confirm(question, context, 'pass --yes'))) {
        writeLine(context.stderr, 'nothing was changed');
        return EXIT.failed;
      }
    }
    return await carryOutAndTell(kube, manifests, installation, interrupted.signal);
  } finally {
    ignore();
  }
}

/** A complete installation needs no confirmation: it is only waited for. */
function needsConfirmation(previewed: readonly Previewed[]): boolean {
  return previewed.some(({ change }) => change.kind !== 'unchanged');
}

/** All checks that are possible before anything is changed. */
async function look(
  kube: Kube,
  manifests: readonly Manifest[],
  request: InstallRequest,
  signal: AbortSignal,
): Promise<Previewed[]> {
  await refuseOldServer(kube, signal);
  await checkInstallAccess(kube, neededAccess(manifests, request.dryRun === undefined), signal);
  refuseAwsControllers(await findAwsControllers(kube, signal));
  return preview(kube, inOrder(stagesOf(manifests)), { force: request.forceConflicts, signal });
}

async function carryOutAndTell(
  kube: Kube,
  manifests: readonly Manifest[],
  { request, context, version }: Installation,
  signal: AbortSignal,
): Promise<ExitCode> {
  const { clock, stdout, stderr } = context;
  let done = 0;
  try {
    const outcome = await carryOut(stagesOf(manifests), {
      kube,
      clock,
      signal,
      deadlineMs: clock.monotonicMs() + request.timeoutMs,
      force: request.forceConflicts,
      wait: request.wait,
      version,
      onWait: (text) => writeLine(stderr, text),
      onApplied: (manifest, what) => {
        done += 1;
        writeLine(stdout, `${shownName(manifest)} ${what}`);
      },
    });
    return tellOutcome(outcome, request, context, version);
  } catch (error) {
    throw done === 0 ? error : unfinished(error, request.commandLine);
  }
}

function tellOutcome(
  outcome: Outcome,
  { withoutWebhook }: InstallRequest,
  { stderr }: Context,
  version: string,
): ExitCode {
  if (outcome.kind === 'waiting') {
    const state = outcome.guarded
      ? 'the webhook is being replaced, and its configurations are not updated yet'
      : 'budgets are not enforced yet';
    writeLine(stderr, `${state}; run the same command without --wait=false to complete the installation`);
    return EXIT.stopped;
  }
  if (withoutWebhook) {
    writeLine(
      stderr,
      `the CRDs of kubectl-zone ${version} are installed; without the webhook nothing enforces budgets`,
    );
    return EXIT.done;
  }
  const { answers } = outcome;
  if (answers !== version) {
    writeLine(
      stderr,
      `warning: the image contains version ${answers}, not ${version}: set another one with --image`,
    );
  }
  writeLine(
    stderr,
    `kubectl-zone ${version} is installed in ${SYSTEM_NAMESPACE}; its webhook enforces budgets`,
  );
  return EXIT.done;
}

/** Adds to an error after the first change that applied objects are kept, and how to continue. */
function unfinished(error: unknown, commandLine: string): unknown {
  const fix = `applied objects are kept; to continue, run the same command: ${commandLine}`;
  if (error instanceof InterruptedError) return new StoppedError('interrupted', fix, 'interrupt');
  if (error instanceof StoppedError) {
    return new StoppedError(error.message, `${fix}\n  --timeout allows more time`, 'time');
  }
  if (!(error instanceof Error)) return error;
  const own = error instanceof UserError && error.fix !== undefined ? `${error.fix}\n  ` : '';
  return new UserError(error.message, `${own}${fix}`, error);
}
