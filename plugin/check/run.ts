import { UserError } from '../../shared/errors.ts';
import type { Kube } from '../../shared/kube/kube.ts';
import type { Context } from '../cli/context.ts';
import { EXIT, type ExitCode } from '../cli/errors.ts';
import { refuseKnownOldServer } from '../cli/old-server.ts';
import { writeDocument, writeLine } from '../cli/output.ts';
import { isData, printData } from '../cli/print-data.ts';
import type { PatchOutcome } from './apply.ts';
import { fixFindings, remaining } from './fix.ts';
import { printOutcomes, printPatches } from './patch-lines.ts';
import { readCluster } from './read-cluster.ts';
import { readManifests } from './read-manifests.ts';
import { type CheckReport, countBySeverity, reportFindings } from './report.ts';
import { printReport } from './report-lines.ts';
import type { CheckRequest } from './request.ts';

/**
 * Checks workloads of a cluster or of manifests, and fixes them on request.
 *
 * @returns 1 if errors remain, or a patch was refused
 * @throws UserError if a workload or a file does not exist, or Kubernetes is too old
 */
export function runCheck(request: CheckRequest, context: Context): Promise<ExitCode> {
  return request.files.length > 0 ? checkManifests(request, context) : checkCluster(request, context);
}

async function checkManifests(request: CheckRequest, context: Context): Promise<ExitCode> {
  const { files, connection } = request;
  const inventory = await readManifests(files, connection.namespace ?? 'default', context);
  const report = reportFindings(inventory, context.clock.nowMs());
  if (report.workloads.length === 0) {
    throw new UserError(
      `no StatefulSet and no Deployment in ${files.join(', ')}`,
      'add the files that contain them',
    );
  }
  await show(report, undefined, request, context);
  return exitCodeOf(report, [], request);
}

async function checkCluster(request: CheckRequest, context: Context): Promise<ExitCode> {
  const kube = await context.connect(request.connection);
  try {
    await refuseKnownOldServer(kube);
    const namespace = request.allNamespaces ? undefined : kube.namespace;
    const inventory = await readCluster(kube, { ...request, namespace });
    const report = reportFindings(inventory, kube.serverNowMs());
    return await showAndFix(kube, report, request, context);
  } finally {
    await kube.close();
  }
}

async function showAndFix(
  kube: Kube,
  report: CheckReport,
  request: CheckRequest,
  context: Context,
): Promise<ExitCode> {
  const { allNamespaces, dryRun, fix, output } = request;
  if (isData(output)) {
    const outcomes = fix ? await fixFindings(kube, report, request, context) : undefined;
    await show(report, outcomes, request, context);
    return exitCodeOf(report, outcomes ?? [], request);
  }
  if (report.workloads.length === 0) {
    writeLine(context.stderr, `No resources found${allNamespaces ? '' : ` in ${kube.namespace} namespace.`}`);
    return EXIT.done;
  }
  // The patches are shown before the confirmation.
  await show(report, undefined, request, context);
  const outcomes = fix ? await fixFindings(kube, report, request, context) : undefined;
  if (outcomes) printOutcomes(outcomes, dryRun === 'server', context.stdout);
  return exitCodeOf(report, outcomes ?? [], request);
}

/** @param outcomes part of the data; undefined where no patch was sent */
async function show(
  report: CheckReport,
  outcomes: readonly PatchOutcome[] | undefined,
  { fix, output }: CheckRequest,
  { stdout, stderr }: Context,
): Promise<void> {
  if (isData(output)) {
    const { patches, ...rest } = report;
    const shown = { ...rest, ...(fix && { patches }), ...(outcomes && { outcomes }) };
    writeDocument(stdout, await printData(shown, output));
    return;
  }
  printReport(report, { wide: output === 'wide' }, stdout);
  if (fix) printPatches(report.patches, stdout);
  if (report.notCheckedWithoutCluster.length > 0) {
    writeLine(stderr, `not checked without a cluster: ${report.notCheckedWithoutCluster.join(', ')}`);
  }
}

function exitCodeOf(
  { findings }: CheckReport,
  outcomes: readonly PatchOutcome[],
  { dryRun }: CheckRequest,
): ExitCode {
  if (outcomes.some(({ refusal }) => refusal !== undefined)) return EXIT.failed;
  const left = dryRun === 'server' ? findings : remaining(findings, outcomes);
  return countBySeverity(left).error > 0 ? EXIT.failed : EXIT.done;
}
