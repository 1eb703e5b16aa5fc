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
import { carryOut, type Outcome } from './carry-out.ts';
import { findPeers, refusePeers } from './peers.ts';
import type { InstallRequest } from './request.ts';
import { surveyLines, surveySentence } from './show.ts';
import { refuseConflicts, type Surveyed, survey } from './survey.ts';

/**
 * Installs this version, or brings an installation to it.
 *
 * @param version of the objects; ours unless a test says otherwise
 * @returns 3 where nobody waited for the webhook, so that the installation is not over
 * @throws UserError before anything is touched, or with what was done and how to go on
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
    const surveyed = await look(kube, manifests, request, interrupted.signal);
    writeLines(context.stdout, surveyLines(surveyed));
    refuseConflicts(surveyed);
    if (request.dryRun === 'server') return EXIT.done;
    if (!request.yes && needsAsking(surveyed)) {
      const question = `Install kubectl-zone: ${surveySentence(surveyed, labelValue(version))}?`;
      if (!(await confirm(question, context, 'pass --yes'))) {
        writeLine(context.stderr, 'nothing was touched');
        return EXIT.failed;
      }
    }
    return await carryOutAndTell(kube, manifests, installation, interrupted.signal);
  } finally {
    ignore();
  }
}

/** An installation that is whole already is only waited for. */
function needsAsking(surveyed: readonly Surveyed[]): boolean {
  return surveyed.some(({ change }) => change.kind !== 'unchanged');
}

/** Everything that can be found out before anything is touched. */
async function look(
  kube: Kube,
  manifests: readonly Manifest[],
  request: InstallRequest,
  signal: AbortSignal,
): Promise<Surveyed[]> {
  await refuseOldServer(kube, signal);
  await checkInstallAccess(kube, neededAccess(manifests, request.dryRun === undefined), signal);
  refusePeers(await findPeers(kube, signal));
  return survey(kube, inOrder(stagesOf(manifests)), { force: request.forceConflicts, signal });
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
      ? 'the webhook is being replaced, and its configurations are not brought up to date yet'
      : 'evictions are not guarded yet';
    writeLine(stderr, `${state}; without --wait=false the same command ends it`);
    return EXIT.stopped;
  }
  if (withoutWebhook) {
    writeLine(
      stderr,
      `the CRDs of kubectl-zone ${version} are installed; nothing enforces budgets by them alone`,
    );
    return EXIT.done;
  }
  const { answers } = outcome;
  if (answers !== version) {
    writeLine(
      stderr,
      `warning: the image holds version ${answers}, and this is ${version}: name another with --image`,
    );
  }
  writeLine(
    stderr,
    `kubectl-zone ${version} is installed in ${SYSTEM_NAMESPACE}: its webhook answers, and guards evictions`,
  );
  return EXIT.done;
}

/** Says of an error in the middle that what was done stays, and how to go on. */
function unfinished(error: unknown, commandLine: string): unknown {
  const fix = `what was applied stays, and the same command goes on: ${commandLine}`;
  if (error instanceof InterruptedError) return new StoppedError('interrupted', fix, 'interrupt');
  if (error instanceof StoppedError) {
    return new StoppedError(error.message, `${fix}\n  --timeout gives it more time`, 'time');
  }
  if (!(error instanceof Error)) return error;
  const own = error instanceof UserError && error.fix !== undefined ? `${error.fix}\n  ` : '';
  return new UserError(error.message, `${own}${fix}`, error);
}
