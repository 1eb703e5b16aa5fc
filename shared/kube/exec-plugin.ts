import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import * as path from 'node:path';
import type { Readable, Writable } from 'node:stream';
import * as z from 'zod/mini';
import type { Clock } from '../clock.ts';
import { harmless } from '../plain-text.ts';
import type { Issued, Issuing } from './credentials.ts';
import { abortable, startDeadline } from './deadline.ts';
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
  /** Whether it reads from the terminal: `Never`, `IfAvailable` or `Always`. */
  interactiveMode: z.nullish(z.string()),
});
export type ExecEntry = z.infer<typeof ExecEntry>;

/** The environment of a credential plugin. */
export interface ExecSurroundings {
  env: Readonly<Record<string, string | undefined>>;
  /** Destination of its messages, such as the URL and code of a device login. */
  stderr: Writable;
  /** Whether it may read from our terminal. */
  interactive: boolean;
  /** Folder of the kubeconfig, for commands written as relative paths. */
  folder: string;
  /** The `spec.cluster` of KUBERNETES_EXEC_INFO, for plugins that ask for it. */
  cluster: Readonly<Record<string, unknown>>;
  clock: Clock;
}

/** Without a terminal a hang is not visible. A browser login works without one, but only the first time. */
const FIRST_PATIENCE_MS = 120_000;
const RENEWAL_PATIENCE_MS = 30_000;
/** On a terminal the user may have to log in again, and may not be there immediately. */
const PERSON_PATIENCE_MS = 300_000;
/** A plugin that ignores SIGTERM is killed after this time. */
const KILL_AFTER_MS = 2_000;
/** A certificate chain and its key need a few KiB. */
const LONGEST_OUTPUT_CHARS = 1_000_000;
const LONGEST_LAST_LINE_CHARS = 200;
/** A device login prints a few lines, a stack trace some more. */
const MOST_MESSAGE_CHARS = 64 * 1024;

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
 * Runs a credential plugin as client-go does: passes cluster information in KUBERNETES_EXEC_INFO and shows its stderr.
 * client-node's own runner does neither, so plugins that need the variable fail, and the prompt of a device login is
 * not shown. A plugin that takes too long is terminated; only the first login on a terminal has no time limit.
 *
 * @param base other credentials in the kubeconfig's user entry
 * @throws KubeconfigError if it cannot be run, fails, takes too long, or prints something else
 */
export async function runExecPlugin(
  entry: ExecEntry,
  base: Credential,
  surroundings: ExecSurroundings,
  how: Issuing,
): Promise<Issued> {
  const interactive = entry.interactiveMode !== 'Never' && surroundings.interactive;
  if (entry.interactiveMode === 'Always' && !interactive) {
    throw new KubeconfigError(
      `the credential plugin ${entry.command} needs a terminal (interactiveMode: Always)`,
    );
  }
  const printed = await runForOutput(entry, interactive, surroundings, how);
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
  { env, stderr, folder, cluster, clock }: ExecSurroundings,
  { first, signal }: Issuing,
): Promise<string> {
  signal.throwIfAborted();
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
  const tooMuch = new AbortController();
  const printed = collect(child.stdout, () => tooMuch.abort(failed(entry, 'prints too much')));
  const said = relay(child.stderr, interactive ? stderr : cleaned(stderr, entry));
  const patienceMs = patienceFor(interactive, first);
  const late = () => failed(entry, `has not answered for ${patienceMs / 1000} s`);
  const outer = AbortSignal.any([signal, tooMuch.signal]);
  const deadline = startDeadline(clock, patienceMs, late, outer);
  let end: (number | string | null)[];
  try {
    end = await abortable(once(child, 'close'), deadline.signal);
  } catch (error) {
    if (deadline.signal.aborted) endPlugin(child, clock);
    throw error instanceof KubeconfigError || signal.aborted ? error : cannotRun(entry, error);
  } finally {
    deadline.clear();
  }
  const [code, killedBy] = end;
  if (code === 0) return printed();
  const how = code === null ? `was killed by ${killedBy}` : `failed with exit code ${code}`;
  throw failed(entry, [how, lastLine(said())].filter(Boolean).join(': '));
}

/** Unlimited for the first login on a terminal. */
function patienceFor(interactive: boolean, first: boolean): number {
  if (interactive) return first ? Number.POSITIVE_INFINITY : PERSON_PATIENCE_MS;
  return first ? FIRST_PATIENCE_MS : RENEWAL_PATIENCE_MS;
}

/** Collects the plugin's output, up to a limit. */
function collect(stream: Readable | null, onTooMuch: () => void): () => string {
  let printed = '';
  stream?.setEncoding('utf8').on('data', (chunk: string) => {
    if (printed.length > LONGEST_OUTPUT_CHARS) return;
    printed += chunk;
    if (printed.length > LONGEST_OUTPUT_CHARS) onTooMuch();
  });
  return () => printed;
}

type Sink = Pick<Writable, 'write'>;

/**
 * Forwards the plugin's stderr, and keeps its end.
 *
 * An interactive plugin gets the terminal unfiltered, as with kubectl, which passes on its own stderr: a
 * login asks for a password, or draws a QR code. It runs with the user's own rights and could open the
 * terminal anyway. A non-interactive plugin's output is only a message: see `cleaned`.
 */
function relay(stream: Readable | null, sink: Sink): () => string {
  let said = '';
  stream?.setEncoding('utf8').on('data', (chunk: string) => {
    sink.write(chunk);
    said = (said + chunk).slice(-4 * LONGEST_LAST_LINE_CHARS);
  });
  return () => said;
}

/** Passes only printable characters and newlines, up to a limit: a plugin may repeat what an identity provider sent. */
function cleaned(stderr: Sink, { command }: ExecEntry): Sink {
  let left = MOST_MESSAGE_CHARS;
  return {
    write(chunk: string) {
      if (left <= 0) return true;
      stderr.write(chunk.slice(0, left).replace(/[^\n]+/g, harmless));
      left -= chunk.length;
      return (
        left > 0 ||
        stderr.write(`\n${harmless(`the credential plugin ${command} printed more, which is omitted`)}\n`)
      );
    },
  };
}

/** Does not wait for the pipes, because the plugin's child processes may keep them open. */
function endPlugin(child: ChildProcess, clock: Clock): void {
  child.on('error', () => {});
  child.stdout?.destroy();
  child.stderr?.destroy();
  child.kill('SIGTERM');
  const cancel = clock.schedule(KILL_AFTER_MS, () => child.kill('SIGKILL'));
  child.once('exit', cancel);
  child.unref();
}

function failed({ command }: ExecEntry, what: string): KubeconfigError {
  return new KubeconfigError(`the credential plugin ${command} ${what}`);
}

/** The last line of a plugin's output usually explains the failure. */
function lastLine(text: string): string {
  return (text.trim().split('\n').at(-1) ?? '').trim().slice(0, LONGEST_LAST_LINE_CHARS);
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
      `the credential plugin ${command} returned neither a token nor a client certificate`,
    );
  }
  return parsed;
}
