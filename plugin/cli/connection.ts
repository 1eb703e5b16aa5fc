import type { Options } from 'yargs';
import { parseDuration } from '../../shared/duration.ts';
import type { ConnectOptions } from '../../shared/kube/connect.ts';
import { type Arguments, read } from './command.ts';
import { UsageError } from './errors.ts';

/** kubectl's connection flags, with kubectl's names. */
export const CONNECTION_OPTIONS: Readonly<Record<string, Options>> = {
  namespace: { alias: 'n', type: 'string', describe: 'Namespace of the workload' },
  context: { type: 'string', describe: 'Context of the kubeconfig' },
  kubeconfig: { type: 'string', describe: 'Path of the kubeconfig file' },
  cluster: { type: 'string', describe: 'Cluster of the kubeconfig' },
  user: { type: 'string', describe: 'User of the kubeconfig' },
  server: { alias: 's', type: 'string', describe: 'Address of the API server' },
  token: { type: 'string', describe: 'Bearer token' },
  as: { type: 'string', describe: 'User to impersonate' },
  'as-group': { type: 'string', array: true, nargs: 1, describe: 'Group to impersonate, repeatable' },
  'as-uid': { type: 'string', describe: 'UID to impersonate' },
  'certificate-authority': { type: 'string', describe: "File with the API server's CA" },
  'client-certificate': { type: 'string', describe: 'File with the client certificate' },
  'client-key': { type: 'string', describe: "File with the client certificate's key" },
  'insecure-skip-tls-verify': { type: 'boolean', describe: "Do not check the API server's certificate" },
  'tls-server-name': { type: 'string', describe: "Name expected in the API server's certificate" },
  'request-timeout': { type: 'string', describe: 'Timeout of a single request, such as 10s; 0 means 30s' },
};

/**
 * The connection flags as options for `connect`.
 *
 * @throws UsageError for an invalid duration
 */
export function connectionOptions(args: Arguments): ConnectOptions {
  return {
    namespace: read.text(args, 'namespace'),
    context: read.text(args, 'context'),
    kubeconfig: read.text(args, 'kubeconfig'),
    cluster: read.text(args, 'cluster'),
    user: read.text(args, 'user'),
    server: read.text(args, 'server'),
    token: read.text(args, 'token'),
    as: read.text(args, 'as'),
    asGroups: read.list(args, 'as-group'),
    asUid: read.text(args, 'as-uid'),
    certificateAuthority: read.text(args, 'certificate-authority'),
    clientCertificate: read.text(args, 'client-certificate'),
    clientKey: read.text(args, 'client-key'),
    insecureSkipTlsVerify:
      args['insecure-skip-tls-verify'] === undefined
        ? undefined
        : read.flag(args, 'insecure-skip-tls-verify'),
    tlsServerName: read.text(args, 'tls-server-name'),
    requestTimeoutMs: durationOption(args, 'request-timeout') || undefined,
  };
}

/**
 * A duration option in milliseconds; undefined if it is not given.
 *
 * @throws UsageError that names the option
 */
export function durationOption(args: Arguments, name: string): number | undefined {
  const text = read.text(args, name);
  if (text === undefined) return undefined;
  const durationMs = parseDuration(text);
  if (durationMs === undefined) {
    throw new UsageError(`--${name}: "${text}" is not a duration`, 'use kubectl’s syntax: 30s, 5m, 1h30m');
  }
  return durationMs;
}
