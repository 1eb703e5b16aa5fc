import { isAbsolute, join } from 'node:path';
import { KubeconfigError } from './kube.ts';
import {
  type ClusterEntry,
  EMPTY_KUBECONFIG,
  type Kubeconfig,
  type Placed,
  type UserEntry,
} from './kubeconfig.ts';

/** kubectl's flags for cluster, user and namespace. */
export interface TargetFlags {
  context?: string | undefined;
  cluster?: string | undefined;
  user?: string | undefined;
  namespace?: string | undefined;
  server?: string | undefined;
  insecureSkipTlsVerify?: boolean | undefined;
  certificateAuthority?: string | undefined;
  tlsServerName?: string | undefined;
  clientCertificate?: string | undefined;
  clientKey?: string | undefined;
  token?: string | undefined;
  as?: string | undefined;
  asGroups?: readonly string[] | undefined;
  asUid?: string | undefined;
}

/** The result of kubeconfig and flags. */
export interface Target {
  cluster: Placed<ClusterEntry>;
  user: Placed<UserEntry>;
  userName: string;
  namespace: string;
  impersonation: Impersonation;
}

export interface Impersonation {
  user: string | undefined;
  uid: string | undefined;
  groups: readonly string[];
  extra: Readonly<Record<string, readonly string[]>>;
}

/**
 * Selects context, cluster and user, and overrides their fields with flags, by kubectl's rules.
 *
 * @param folder the working directory, for relative paths in flags
 * @throws KubeconfigError if a named entry does not exist; the message lists those that do
 */
export function chooseTarget(kubeconfig: Kubeconfig | undefined, flags: TargetFlags, folder: string): Target {
  const { clusters, users, contexts, currentContext } = kubeconfig ?? EMPTY_KUBECONFIG;
  const contextName = flags.context || currentContext;
  const context = contextName ? pick(contexts, contextName, 'context')?.entry : undefined;
  const clusterName = flags.cluster || context?.cluster;
  const cluster = clusterName ? pick(clusters, clusterName, 'cluster') : undefined;
  const userName = flags.user || context?.user || '';
  const user = userName ? pick(users, userName, 'user') : undefined;
  if (!flags.server && cluster === undefined) throw noCluster(contexts);
  const chosen: Target = {
    cluster: overrideCluster(cluster, flags, folder),
    user: overrideUser(user, flags, folder),
    userName,
    namespace: flags.namespace || context?.namespace || 'default',
    impersonation: impersonationOf(user?.entry, flags),
  };
  if (!chosen.cluster.entry.server) {
    throw new KubeconfigError(`cluster ${JSON.stringify(clusterName)} of the kubeconfig has no server`);
  }
  return chosen;
}

function pick<T>(entries: ReadonlyMap<string, T>, name: string, kind: string): T {
  const found = entries.get(name);
  if (found !== undefined) return found;
  const names = [...entries.keys()];
  const known = names.length === 0 ? `it has no ${kind}s` : `it has ${names.join(', ')}`;
  throw new KubeconfigError(`there is no ${kind} ${JSON.stringify(name)} in the kubeconfig; ${known}`);
}

function noCluster(contexts: ReadonlyMap<string, unknown>): KubeconfigError {
  const names = [...contexts.keys()];
  return new KubeconfigError(
    names.length === 0
      ? 'the kubeconfig has no contexts; name another with --kubeconfig or KUBECONFIG, or pass --server'
      : `no current context is set; pass --context or run kubectl config use-context with one of ${names.join(', ')}`,
  );
}

function overrideCluster(
  cluster: Placed<ClusterEntry> | undefined,
  flags: TargetFlags,
  folder: string,
): Placed<ClusterEntry> {
  const entry: ClusterEntry = { ...cluster?.entry };
  let at = cluster?.folder ?? folder;
  if (flags.server) {
    // The kubeconfig's server name belongs to its own server.
    entry.server = flags.server;
    entry['tls-server-name'] = undefined;
  }
  if (flags.tlsServerName) entry['tls-server-name'] = flags.tlsServerName;
  if (flags.certificateAuthority) {
    entry['certificate-authority'] = flags.certificateAuthority;
    entry['certificate-authority-data'] = undefined;
    entry['insecure-skip-tls-verify'] = false;
    at = folder;
  }
  if (flags.insecureSkipTlsVerify !== undefined) {
    entry['insecure-skip-tls-verify'] = flags.insecureSkipTlsVerify;
    if (flags.insecureSkipTlsVerify && !flags.certificateAuthority) {
      entry['certificate-authority'] = undefined;
      entry['certificate-authority-data'] = undefined;
    }
  }
  return { entry, folder: at };
}

/** Certificate flags are resolved against the working directory, because the entry's folder may differ. */
function overrideUser(
  user: Placed<UserEntry> | undefined,
  flags: TargetFlags,
  folder: string,
): Placed<UserEntry> {
  const entry: UserEntry = { ...user?.entry };
  if (flags.clientCertificate) {
    entry['client-certificate'] = absolute(folder, flags.clientCertificate);
    entry['client-certificate-data'] = undefined;
  }
  if (flags.clientKey) {
    entry['client-key'] = absolute(folder, flags.clientKey);
    entry['client-key-data'] = undefined;
  }
  if (flags.token) {
    entry.token = flags.token;
    entry.tokenFile = undefined;
    entry.exec = undefined;
    entry['auth-provider'] = undefined;
    entry.username = undefined;
    entry.password = undefined;
  }
  return { entry, folder: user?.folder ?? folder };
}

function absolute(folder: string, file: string): string {
  return isAbsolute(file) ? file : join(folder, file);
}

function impersonationOf(user: UserEntry | undefined, flags: TargetFlags): Impersonation {
  const flagged = flags.as || flags.asUid || flags.asGroups?.length;
  return {
    user: flags.as || user?.as || undefined,
    uid: flags.asUid || (flagged ? undefined : user?.['as-uid']) || undefined,
    groups: flags.asGroups?.length ? flags.asGroups : flagged ? [] : (user?.['as-groups'] ?? []),
    extra: flagged ? {} : (user?.['as-user-extra'] ?? {}),
  };
}
