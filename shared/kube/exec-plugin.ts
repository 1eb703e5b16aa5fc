import { spawn } from 'node:child_process';
import { once } from 'node:events';
import * as path from 'node:path';
import type { Writable } from 'node:stream';
import * as z from 'zod/mini';
import type { Issued } from './credentials.ts';
import type { Credential } from './endpoint.ts';
import { KubeconfigError } from './kube.ts';

/** The `exec` entry of a kubeconfig user: a program that prints a credential. */
export const ExecEntry = z.object({
  apiVersion: z.string(),
  command: z.string(),
  args: z.nullish(z.array(z.string())),
  env: z.nullish(z.array(z.object({ name: z.string(), value: z.string() }))),
  installHint: z.nullish(z.string()),
  provideClusterInfo: z.nullish(z.boolean()),
  /** `Never`, `IfAvailable` or `Always` read from the terminal. */
  interactiveMode: z.nullish(z.string()),
});
export type ExecEntry = z.infer<typeof ExecEntry>;

/** What a plugin may be told and given. */
export interface ExecSurroundings {
  env: Readonly<Record<string, string | undefined>>;
  /** Where its messages go, such as the URL and code of a device login. */
  stderr: Writable;
  /** Whether it may read from our terminal. */
  interactive: boolean;
  /** Folder of the kubeconfig, for commands written as relative paths. */
  folder: string;
  /** The `spec.cluster` of KUBERNETES_EXEC_INFO, for plugins that ask for it. */
  cluster: Readonly<Record<string, unknown>>;
}

const ExecCredential = z.object({
  apiVersion: z.string(),
  kind: z.literal('ExecCredential'),
  status: z.object({
    token: z.nullish(z.string()),
    clientCertificateData: z.nullish(z.string()),
    clientKeyData: z.nullish(z.string()),
    expirationTimestamp: z.nullish(z.string()),
  }),
});

/**
 * Runs a credential plugin as client-go does: told about the cluster in KUBERNETES_EXEC_INFO, its stderr shown.
 * client-node's own runner does neither, so plugins that need the variable fail and a device login waits unseen.
 *
 * @param base what the kubeconfig's user entry says besides
 * @throws KubeconfigError when it cannot be run, fails, or prints something else
 */
export async function runExecPlugin(
  entry: ExecEntry,
  base: Credential,
  surroundings: ExecSurroundings,
): Promise<Issued> {
  const interactive = entry.interactiveMode !== 'Never' && surroundings.interactive;
  if (entry.interactiveMode === 'Always' && !interactive) {
    throw new KubeconfigError(
      `the credential plugin ${entry.command} needs a terminal (interactiveMode: Always)`,
    );
  }
  const printed = await runForOutput(entry, interactive, surroundings);
  const { status } = parseOutput(entry, printed);
  const expiresAtMs = Date.parse(status.expirationTimestamp ?? '');
  return {
    credential: {
      authorization: status.token ? `Bearer ${status.token}` : base.authorization,
      cert: status.clientCertificateData ?? base.cert,
      key: status.clientKeyData ?? base.key,
    },
    expiresAtMs: Number.isNaN(expiresAtMs) ? undefined : expiresAtMs,
  };
}

async function runForOutput(
  entry: ExecEntry,
  interactive: boolean,
  { env, stderr, folder, cluster }: ExecSurroundings,
): Promise<string> {
  const info = {
    apiVersion: entry.apiVersion,
    kind: 'ExecCredential',
    spec: { interactive, ...(entry.provideClusterInfo === true && { cluster }) },
  };
  const isRelativePath = /[\\/]/.test(entry.command) && !path.isAbsolute(entry.command);
  const command = isRelativePath ? path.join(folder, entry.command) : entry.command;
  const child = spawn(command, entry.args ?? [], {
    env: {
      ...env,
      ...Object.fromEntries((entry.env ?? []).map(({ name, value }) => [name, value])),
      KUBERNETES_EXEC_INFO: JSON.stringify(info),
    },
    stdio: [interactive ? 'inherit' : 'ignore', 'pipe', 'pipe'],
    windowsHide: true,
  });
  let printed = '';
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
    printed += chunk;
  });
  child.stderr?.on('data', (chunk: Buffer) => stderr.write(chunk));
  let code: number | null;
  try {
    [code] = (await once(child, 'close')) as [number | null];
  } catch (error) {
    throw cannotRun(entry, error);
  }
  if (code !== 0)
    throw new KubeconfigError(`the credential plugin ${entry.command} failed with exit code ${code}`);
  return printed;
}

function cannotRun({ command, installHint }: ExecEntry, error: unknown): KubeconfigError {
  const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
  const hint = installHint ? `\n${installHint.trim()}` : '';
  const why = missing ? 'it is not installed, or not in PATH' : String(error);
  return new KubeconfigError(`cannot run the credential plugin ${command}: ${why}${hint}`, { cause: error });
}

function parseOutput({ command, apiVersion }: ExecEntry, printed: string): z.infer<typeof ExecCredential> {
  let parsed: z.infer<typeof ExecCredential>;
  try {
    parsed = ExecCredential.parse(JSON.parse(printed));
  } catch (error) {
    throw new KubeconfigError(`the credential plugin ${command} printed no ExecCredential`, { cause: error });
  }
  const { token, clientCertificateData, clientKeyData } = parsed.status;
  if (parsed.apiVersion !== apiVersion) {
    throw new KubeconfigError(
      `the credential plugin ${command} answered in ${parsed.apiVersion}, but the kubeconfig asks for ${apiVersion}`,
    );
  }
  if (!token && !(clientCertificateData && clientKeyData)) {
    throw new KubeconfigError(
      `the credential plugin ${command} gave neither a token nor a client certificate`,
    );
  }
  return parsed;
}
