import * as os from 'node:os';
import * as path from 'node:path';
import type { Writable } from 'node:stream';
import type { Clock } from '../clock.ts';
import { loadInCluster } from './client-config.ts';
import type { Credentials } from './credentials.ts';
import type { Endpoint } from './endpoint.ts';
import { type Kube, KubeconfigError } from './kube.ts';
import { type ClusterEntry, isEmpty, type Kubeconfig, readKubeconfig } from './kubeconfig.ts';
import { proxyFor } from './proxy.ts';
import { chooseTarget, type Impersonation, type Target, type TargetFlags } from './target.ts';
import { createTransport } from './transport.ts';
import { fileOrData, userCredentials } from './user-credentials.ts';

/** kubectl's connection flags. */
export interface ConnectOptions extends TargetFlags {
  /** `--kubeconfig`: one file, instead of KUBECONFIG or ~/.kube/config. */
  kubeconfig?: string | undefined;
  /** `--request-timeout`, for requests without their own; 30 s by default. */
  requestTimeoutMs?: number | undefined;
}

/** The environment that `connect` runs in. */
export interface ConnectSurroundings {
  env: Readonly<Record<string, string | undefined>>;
  clock: Clock;
  /** Numbers in [0, 1), for jitter. */
  random: () => number;
  /** Where credential plugins print messages for the user. */
  stderr: Writable;
  /** Whether credential plugins may read from the terminal. */
  interactive: boolean;
  /** Our version, for the User-Agent. */
  version: string;
  /** Of the file system in which a pod's service account is looked for; empty by default. */
  root?: string | undefined;
}

/**
 * Creates a Kube from a kubeconfig by kubectl's rules, or from the service account inside a pod if there is
 * no kubeconfig. Credential plugins run before it returns, because a browser login may take longer than a
 * request's timeout; the API server itself is not contacted.
 *
 * @throws KubeconfigError with a fix
 */
export async function connect(options: ConnectOptions, surroundings: ConnectSurroundings): Promise<Kube> {
  const { env } = surroundings;
  const kubeconfig = await findKubeconfig(options, env);
  const isGiven = (kubeconfig !== undefined && !isEmpty(kubeconfig)) || Boolean(options.server);
  const inPod = isGiven ? undefined : await loadInCluster(env, surroundings.root);
  if (!isGiven && inPod === undefined && kubeconfig === undefined)
    throw new KubeconfigError(
      'there is no kubeconfig: neither KUBECONFIG nor ~/.kube/config names a file that exists; ' +
        'set KUBECONFIG, or pass --kubeconfig or --server',
    );
  const target = chooseTarget(inPod ?? kubeconfig, options, process.cwd());
  return transport(await resolveTarget(target, surroundings), options, surroundings);
}

/** A target, with everything that is read from files. */
interface Resolved {
  endpoint: Endpoint;
  credentials: Credentials;
  impersonation: Impersonation;
  namespace: string;
  user: string;
  compression: boolean;
}

async function transport(
  resolved: Resolved,
  { requestTimeoutMs }: ConnectOptions,
  { clock, random, version }: ConnectSurroundings,
): Promise<Kube> {
  await resolved.credentials.current();
  return createTransport({
    endpoint: resolved.endpoint,
    credentials: resolved.credentials,
    headers: {
      'user-agent': `kubectl-zone/${version} (${process.platform}/${process.arch})`,
      ...impersonationHeaders(resolved.impersonation),
    },
    namespace: resolved.namespace,
    user: resolved.user,
    timeoutMs: requestTimeoutMs,
    compression: resolved.compression,
    clock,
    random,
  });
}

/** The kubeconfig that the command line selects: `--kubeconfig`, then KUBECONFIG, then ~/.kube/config. */
export async function findKubeconfig(
  { kubeconfig }: ConnectOptions,
  env: ConnectSurroundings['env'],
): Promise<Kubeconfig | undefined> {
  if (kubeconfig) return readKubeconfig([kubeconfig], true);
  const named = (env.KUBECONFIG ?? '').split(path.delimiter).filter((file) => file !== '');
  if (named.length > 0) return readKubeconfig(named, false);
  return readKubeconfig([path.join(env.HOME || os.homedir(), '.kube', 'config')], false);
}

async function resolveTarget(target: Target, surroundings: ConnectSurroundings): Promise<Resolved> {
  const { cluster, user, userName, namespace, impersonation } = target;
  const url = serverUrl(cluster.entry.server ?? '');
  const insecure = cluster.entry['insecure-skip-tls-verify'] === true;
  const ca = await fileOrData(cluster.entry, cluster.folder, 'certificate-authority');
  const proxy = proxyFor(url, cluster.entry['proxy-url'] ?? undefined, surroundings.env);
  return {
    endpoint: {
      url,
      tls: {
        ca: insecure ? undefined : ca,
        insecure,
        serverName: cluster.entry['tls-server-name'] || undefined,
      },
      proxy,
    },
    credentials: await userCredentials(user, { ...surroundings, cluster: clusterInfo(cluster.entry, ca) }),
    impersonation,
    namespace,
    user: userName,
    compression: cluster.entry['disable-compression'] !== true,
  };
}

function serverUrl(server: string): URL {
  try {
    return new URL(/^https?:\/\//.test(server) ? server : `https://${server}`);
  } catch (error) {
    throw new KubeconfigError(`${JSON.stringify(server)} is not the URL of a server`, { cause: error });
  }
}

/** The `spec.cluster` of an ExecCredential, for credential plugins. */
function clusterInfo(cluster: ClusterEntry, ca: string | undefined): Readonly<Record<string, unknown>> {
  const config = cluster.extensions?.find(({ name }) => name === 'client.authentication.k8s.io/exec');
  return {
    server: cluster.server,
    'tls-server-name': cluster['tls-server-name'] ?? undefined,
    'insecure-skip-tls-verify': cluster['insecure-skip-tls-verify'] ?? undefined,
    'certificate-authority-data': ca === undefined ? undefined : Buffer.from(ca).toString('base64'),
    'proxy-url': cluster['proxy-url'] ?? undefined,
    config: config?.extension,
  };
}

function impersonationHeaders({
  user,
  uid,
  groups,
  extra,
}: Impersonation): Record<string, string | string[]> {
  if (user === undefined) {
    if (uid === undefined && groups.length === 0) return {};
    throw new KubeconfigError('--as-group and --as-uid need --as: a user to impersonate');
  }
  return {
    'impersonate-user': user,
    ...(uid !== undefined && { 'impersonate-uid': uid }),
    ...(groups.length > 0 && { 'impersonate-group': [...groups] }),
    ...Object.fromEntries(
      Object.entries(extra).map(([key, values]) => [
        `impersonate-extra-${encodeURIComponent(key).toLowerCase()}`,
        [...values],
      ]),
    ),
  };
}
