import { existsSync } from 'node:fs';
import type { Cluster, KubeConfig, User } from '@kubernetes/client-node';
import type { ClusterEntry, ContextEntry, Kubeconfig, Placed, UserEntry } from './kubeconfig.ts';

/** How messages name the user. */
const SERVICE_ACCOUNT = 'service account';
const SERVICE_ACCOUNT_TOKEN = '/var/run/secrets/kubernetes.io/serviceaccount/token';

/**
 * The configuration inside a pod, as client-node's KubeConfig loads it: the service account that the kubelet mounts. The
 * class is imported where it is needed, which costs a process 4 MB and 40 ms (bench/client-config.ts).
 *
 * @param root of the file system
 * @returns undefined outside of a pod
 */
export async function loadInCluster(
  env: Readonly<Record<string, string | undefined>>,
  root = '',
): Promise<Kubeconfig | undefined> {
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = env;
  if (!host || !port || !existsSync(`${root}${SERVICE_ACCOUNT_TOKEN}`)) return undefined;
  const { KubeConfig } = await import('@kubernetes/client-node/dist/config.js');
  const config = new KubeConfig();
  config.loadFromCluster(root);
  // It takes some ports for ones without TLS, and would send the token in plain text; client-go always uses TLS.
  config.clusters = config.clusters.map((cluster) => ({
    ...cluster,
    server: cluster.server.replace(/^http:/, 'https:'),
  }));
  config.users = config.users.map((user) => ({ ...user, name: SERVICE_ACCOUNT }));
  config.contexts = config.contexts.map((context) => ({ ...context, user: SERVICE_ACCOUNT }));
  return fromClientNode(config);
}

/** A configuration that client-node has loaded, in the form of our own reader. Its paths are absolute. */
export function fromClientNode(
  config: Pick<KubeConfig, 'clusters' | 'users' | 'contexts' | 'currentContext'>,
): Kubeconfig {
  const placed = <T>(entry: T): Placed<T> => ({ entry, folder: '/' });
  return {
    clusters: new Map(config.clusters.map((cluster) => [cluster.name, placed(clusterEntry(cluster))])),
    users: new Map(config.users.map((user) => [user.name, placed(userEntry(user))])),
    contexts: new Map(
      config.contexts.map(({ name, cluster, user, namespace }) => {
        const entry: ContextEntry = { cluster, user, namespace: namespace?.trim() };
        return [name, placed(entry)];
      }),
    ),
    currentContext: config.currentContext || undefined,
  };
}

function clusterEntry(cluster: Cluster): ClusterEntry {
  return {
    server: cluster.server,
    'certificate-authority': cluster.caFile,
    'certificate-authority-data': cluster.caData,
    'insecure-skip-tls-verify': cluster.skipTLSVerify,
    'tls-server-name': cluster.tlsServerName,
    'proxy-url': cluster.proxyUrl,
  };
}

function userEntry(user: User): UserEntry {
  const { authProvider, exec } = user;
  const tokenFile = authProvider?.name === 'tokenFile' ? authProvider.config?.tokenFile : undefined;
  return {
    'client-certificate': user.certFile,
    'client-certificate-data': user.certData,
    'client-key': user.keyFile,
    'client-key-data': user.keyData,
    token: user.token,
    tokenFile,
    username: user.username,
    password: user.password,
    as: user.impersonateUser,
    exec,
    'auth-provider': tokenFile === undefined ? authProvider : undefined,
  };
}
