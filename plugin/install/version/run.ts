import type { ConnectOptions } from '../../../shared/kube/connect.ts';
import { VERSION } from '../../../shared/version.ts';
import type { Context } from '../../cli/context.ts';
import { describeError, EXIT, type ExitCode } from '../../cli/errors.ts';
import { writeDocument, writeError, writeLine, writeLines } from '../../cli/output.ts';
import { printData } from '../../cli/print-data.ts';
import { shippedManifests } from '../manifests/shipped.ts';
import type { ClientFacts, ServerFacts } from './facts.ts';
import { findProblems } from './fit.ts';
import { readServer } from './read.ts';
import { clientLine, serverLines, unknowns } from './show.ts';

/** The flags of `kubectl zone version`. */
export interface VersionRequest {
  /** Do not connect to a cluster. */
  clientOnly: boolean;
  output: 'json' | 'yaml' | undefined;
  connection: ConnectOptions;
}

/**
 * Shows all versions and whether they are compatible. The client's is shown even if the rest fails.
 *
 * @returns 1 if the cluster cannot be reached
 */
export async function runVersion(request: VersionRequest, context: Context): Promise<ExitCode> {
  const { output, clientOnly } = request;
  const { stdout, stderr } = context;
  const client = clientFacts();
  if (output === undefined) writeLine(stdout, clientLine(client));
  let server: ServerFacts | undefined;
  try {
    server = clientOnly ? undefined : await readCluster(request, context);
  } catch (error) {
    if (output !== undefined) writeDocument(stdout, await printData({ client }, output));
    const described = describeError(error);
    writeError(stderr, described);
    return described.exitCode;
  }
  const problems = server ? findProblems(client.version, server) : [];
  if (output !== undefined) {
    const fits = server ? { fits: problems.length === 0, problems, notSeen: unknowns(server) } : {};
    writeDocument(stdout, await printData({ client, server, ...fits }, output));
    return EXIT.done;
  }
  if (!server) return EXIT.done;
  writeLines(stdout, serverLines(server, problems));
  for (const reason of unknowns(server)) writeLine(stderr, `not read: ${reason}`);
  return EXIT.done;
}

async function readCluster({ connection }: VersionRequest, context: Context): Promise<ServerFacts> {
  const kube = await context.connect(connection);
  try {
    return await readServer(kube, await shippedManifests());
  } finally {
    await kube.close();
  }
}

/** Facts about the running client. */
function clientFacts(): ClientFacts {
  // Not imported: the bundler strips node: from imports, and there is no module named sea.
  const { isSea } = process.getBuiltinModule('node:sea');
  return {
    version: VERSION,
    node: process.version,
    platform: `${process.platform}/${process.arch}`,
    form: isSea() ? 'executable' : 'JavaScript',
  };
}
