import { readFile } from 'node:fs/promises';
import * as path from 'node:path';
import type { Writable } from 'node:stream';
import type { Clock } from '../clock.ts';
import { type Credentials, fixedCredentials, renewableCredentials } from './credentials.ts';
import { abortable, startDeadline } from './deadline.ts';
import type { Credential } from './endpoint.ts';
import { runExecPlugin } from './exec-plugin.ts';
import { fileCredentials } from './file-credentials.ts';
import { KubeconfigError } from './kube.ts';
import type { Placed, UserEntry } from './kubeconfig.ts';

const AUTH_PROVIDER_PATIENCE_MS = 30_000;

/** The environment of credential plugins. */
export interface PluginSurroundings {
  env: Readonly<Record<string, string | undefined>>;
  stderr: Writable;
  interactive: boolean;
  clock: Clock;
  cluster: Readonly<Record<string, unknown>>;
}

/**
 * The credentials for a kubeconfig's user entry.
 *
 * @throws KubeconfigError if a file it names cannot be read
 */
export async function userCredentials(
  user: Placed<UserEntry>,
  surroundings: PluginSurroundings,
): Promise<Credentials> {
  const { entry, folder } = user;
  const { clock } = surroundings;
  const base: Credential = {
    authorization: staticAuthorization(entry),
    cert: await fileOrData(entry, folder, 'client-certificate'),
    key: await fileOrData(entry, folder, 'client-key'),
  };
  if (base.cert !== undefined && base.key === undefined) {
    throw new KubeconfigError('the kubeconfig names a client certificate but no client key');
  }
  const { exec } = entry;
  if (exec && !entry.tokenFile && base.authorization === undefined) {
    return renewableCredentials({
      source: `credential plugin ${exec.command}`,
      issue: (how) => runExecPlugin(exec, base, { ...surroundings, folder }, how),
      clock,
    });
  }
  const authProvider = entry['auth-provider'];
  if (authProvider && !entry.tokenFile && base.authorization === undefined) {
    const apply = await authProviderOf(authProvider);
    return renewableCredentials({
      source: `auth-provider ${String(authProvider.name)}`,
      issue: async ({ signal }) => {
        const authorization = await withinPatience(apply(), signal);
        // Asked for each request; the provider itself knows how long its credential is valid.
        return { credential: { ...base, authorization }, expiresAtMs: 0 };
      },
      clock,
    });
  }
  return storedCredentials(user, base, clock);

  async function withinPatience<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
    const late = () =>
      new KubeconfigError(
        `the auth-provider ${String(authProvider?.name)} has not answered for ${AUTH_PROVIDER_PATIENCE_MS / 1000} s`,
      );
    const deadline = startDeadline(clock, AUTH_PROVIDER_PATIENCE_MS, late, signal);
    try {
      return await abortable(work, deadline.signal);
    } finally {
      deadline.clear();
    }
  }
}

/** Tokens and certificates that the entry contains or references; files may be rotated while we run. */
async function storedCredentials(
  { entry, folder }: Placed<UserEntry>,
  base: Credential,
  clock: Clock,
): Promise<Credentials> {
  const certificate = base.cert !== undefined && !entry['client-certificate-data'];
  const fileOf = (named: string | null | undefined, used: boolean) =>
    named && used ? path.resolve(folder, named) : undefined;
  const files = {
    token: fileOf(entry.tokenFile, true),
    cert: fileOf(entry['client-certificate'], certificate),
    key: fileOf(entry['client-key'], certificate && !entry['client-key-data']),
  };
  if (files.token !== undefined) await readNamed(files.token, 'tokenFile');
  if (files.token === undefined && files.cert === undefined) return fixedCredentials(base);
  return fileCredentials(files, base, clock);
}

function staticAuthorization({ token, username, password }: UserEntry): string | undefined {
  if (token) return `Bearer ${token}`;
  if (!username) return undefined;
  return `Basic ${Buffer.from(`${username}:${password ?? ''}`).toString('base64')}`;
}

/**
 * The PEM of a certificate or key, from the entry's `…-data` or from a file; the data takes precedence, as in kubectl.
 *
 * @throws KubeconfigError if the file cannot be read
 */
export async function fileOrData<Name extends string>(
  entry: Readonly<Partial<Record<Name | `${Name}-data`, string | null | undefined>>>,
  folder: string,
  name: Name,
): Promise<string | undefined> {
  const data = entry[`${name}-data`];
  if (data) return Buffer.from(data, 'base64').toString('utf8');
  const file = entry[name];
  return file ? readNamed(path.resolve(folder, file), name) : undefined;
}

async function readNamed(file: string, name: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    const why = missing ? 'there is no such file' : String(error);
    throw new KubeconfigError(`cannot read ${name} ${file}: ${why}`, { cause: error });
  }
}

/**
 * OIDC and legacy cloud providers through client-node, which can refresh their tokens. Its KubeConfig is loaded only when
 * needed.
 *
 * @returns a function that returns the Authorization header, refreshed if necessary
 */
async function authProviderOf(authProvider: UserEntry['auth-provider']): Promise<() => Promise<string>> {
  const { KubeConfig } = await import('@kubernetes/client-node/dist/config.js');
  const config = new KubeConfig();
  config.loadFromClusterAndUser(
    { name: 'cluster', server: 'https://unused.invalid', skipTLSVerify: false },
    { name: 'user', authProvider },
  );
  return async () => {
    const options: { headers?: Record<string, unknown> } = {};
    await config.applyToHTTPSOptions(options as Parameters<typeof config.applyToHTTPSOptions>[0]);
    const authorization = options.headers?.Authorization;
    if (typeof authorization === 'string') return authorization;
    const name = String(authProvider?.name);
    throw new KubeconfigError(`the auth-provider ${name} of the kubeconfig returned no token; log in again`);
  };
}
