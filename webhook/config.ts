import { parseArgs } from 'node:util';
import { RESERVATION_LIFETIME_MS } from '../shared/budget/decide/reservations.ts';
import { parseDuration } from '../shared/duration.ts';

export interface Config {
  /** Port of the webhook, with TLS. */
  port: number;
  /** Port of health and metrics, without TLS. */
  metricsPort: number;
  /** All addresses when undefined. */
  bindAddress: string | undefined;
  /** Namespace of the Secret and the Lease. */
  namespace: string;
  service: string;
  secret: string;
  /** Directory with certificate files to use instead of the Secret. */
  tlsDir: string | undefined;
  /** Additional names in the certificate, for calls by URL. */
  tlsNames: readonly string[];
  /** Deny evictions that come without the token; false if another tool manages the paths of the configurations. */
  requireToken: boolean;
  /** File with the CAs whose client certificates are accepted; if undefined, no client certificate is requested. */
  clientCaFile: string | undefined;
  /** Accepted common names of client certificates; any if empty. */
  clientNames: readonly string[];
  /** How long after a change evictions that are not in the ledger may still be carried out (L7). */
  settleMs: number;
  /** The lifetime of the certificates in the Secret, and when they are replaced. */
  certificates: CertificateTimes;
  webhookConfiguration: string;
  lease: string;
  kubeconfig: string | undefined;
  logLevel: string;
  /** How long to serve after SIGTERM, until no more requests arrive. */
  shutdownDelayMs: number;
  /** Unique to this process, across restarts. */
  identity: string;
}

export interface CertificateTimes {
  authorityLifetimeMs: number;
  serverLifetimeMs: number;
  /** The maximum time until every API server and replica has received a change. */
  settleMs: number;
}

/** Invalid command line; the message is for the user. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** Renewed after two thirds of the lifetime; API servers and replicas receive a change by a watch, within seconds. */
const DEFAULT_TIMES = { ca: '43800h', certificate: '2160h', settle: '10m' };
/** Longer than the API server's --request-timeout of 60 s. */
const DEFAULT_SETTLE = '75s';
/** An eviction may be in flight for as long as the API server's --request-timeout, 60 s by default. */
const SHORTEST_SETTLE_MS = 60_000;
const LEVELS = ['debug', 'info', 'warn', 'error', 'silent'];

/**
 * Reads flags, then environment variables: `--metrics-port` is METRICS_PORT, and so on; `--namespace` is POD_NAMESPACE.
 *
 * @param unique a value unique to this process, for the Lease
 * @throws ConfigError
 */
export function readConfig(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  unique: string,
): Config {
  const flags = parse(argv);
  const value = (name: string, variable = name.toUpperCase().replaceAll('-', '_')) =>
    flags[name] || env[variable] || undefined;
  const level = value('log-level') ?? 'info';
  if (!LEVELS.includes(level)) throw new ConfigError(`--log-level must be one of ${LEVELS.join(', ')}`);
  return {
    port: wholeNumber('port', value('port') ?? '8443'),
    metricsPort: wholeNumber('metrics-port', value('metrics-port') ?? '8080'),
    bindAddress: value('bind-address'),
    namespace: value('namespace', 'POD_NAMESPACE') ?? 'kubectl-zone-system',
    service: value('service') ?? 'kubectl-zone-webhook',
    secret: value('tls-secret') ?? 'kubectl-zone-webhook-tls',
    tlsDir: value('tls-dir'),
    tlsNames: value('tls-names')?.split(',') ?? [],
    requireToken: yesOrNo('require-token', value('require-token') ?? 'true'),
    clientCaFile: value('client-ca-file'),
    clientNames: value('client-names')?.split(',') ?? [],
    settleMs: settleTime(
      value('budget-settle-time') ?? DEFAULT_SETTLE,
      flags['unsafe-settle-time-for-tests'],
    ),
    certificates: certificateTimes(value),
    webhookConfiguration: value('webhook-configuration') ?? 'kubectl-zone',
    lease: value('leader-lease') ?? 'kubectl-zone-webhook',
    kubeconfig: flags.kubeconfig,
    logLevel: level,
    shutdownDelayMs: wholeNumber('shutdown-delay', value('shutdown-delay') ?? '15') * 1000,
    identity: `${env.POD_NAME || env.HOSTNAME || 'webhook'}_${unique}`,
  };
}

function parse(argv: readonly string[]): Readonly<Record<string, string | undefined>> {
  const text = { type: 'string' } as const;
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        port: text,
        'metrics-port': text,
        'bind-address': text,
        namespace: text,
        service: text,
        'tls-secret': text,
        'tls-dir': text,
        'tls-names': text,
        'require-token': text,
        'client-ca-file': text,
        'client-names': text,
        'budget-settle-time': text,
        'unsafe-settle-time-for-tests': text,
        'ca-lifetime': text,
        'certificate-lifetime': text,
        'certificate-settle-time': text,
        'webhook-configuration': text,
        'leader-lease': text,
        kubeconfig: text,
        'log-level': text,
        'shutdown-delay': text,
      },
    });
    return values;
  } catch (error) {
    throw new ConfigError(error instanceof Error ? error.message : String(error));
  }
}

/** @param forTests any duration, for tests with nothing in flight */
function settleTime(text: string, forTests: string | undefined): number {
  const unsafeMs = forTests === undefined ? undefined : parseDuration(forTests);
  if (unsafeMs !== undefined) return unsafeMs;
  const ms = parseDuration(text);
  if (ms === undefined || ms < SHORTEST_SETTLE_MS) {
    throw new ConfigError(
      `--budget-settle-time must be a duration of at least 60s, such as 75s, not "${text}": ` +
        "evictions may be in progress for as long as the API server's --request-timeout",
    );
  }
  if (ms > RESERVATION_LIFETIME_MS) {
    throw new ConfigError(
      `--budget-settle-time must be at most ${RESERVATION_LIFETIME_MS / 1000}s, not "${text}": a reservation ends then, ` +
        'so no API server may work on an eviction for longer (its --request-timeout)',
    );
  }
  return ms;
}

function certificateTimes(value: (name: string) => string | undefined): CertificateTimes {
  const time = (flag: string, standard: string) => duration(flag, value(flag) ?? standard);
  const authorityLifetimeMs = time('ca-lifetime', DEFAULT_TIMES.ca);
  const serverLifetimeMs = time('certificate-lifetime', DEFAULT_TIMES.certificate);
  const settleMs = time('certificate-settle-time', DEFAULT_TIMES.settle);
  // A new CA is announced when a third of the old one's lifetime is left, and signs after the settle time.
  if (authorityLifetimeMs < 3 * settleMs) {
    throw new ConfigError('--ca-lifetime must be at least three times --certificate-settle-time');
  }
  return { authorityLifetimeMs, serverLifetimeMs, settleMs };
}

function duration(flag: string, text: string): number {
  const ms = parseDuration(text);
  // X.509 has no fractions of seconds.
  if (ms === undefined || ms < 1_000) {
    throw new ConfigError(
      `--${flag} must be a duration of a second or more, such as 10m or 2160h, not "${text}"`,
    );
  }
  return ms;
}

function yesOrNo(flag: string, text: string): boolean {
  if (text !== 'true' && text !== 'false')
    throw new ConfigError(`--${flag} must be true or false, not "${text}"`);
  return text === 'true';
}

function wholeNumber(flag: string, text: string): number {
  if (!/^\d{1,6}$/.test(text)) throw new ConfigError(`--${flag} must be a whole number, not "${text}"`);
  return Number(text);
}
