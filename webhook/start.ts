/** Assembles the webhook. */
import { readFile } from 'node:fs/promises';
import type { ZoneDisruptionBudget } from '../shared/budget/decide/types.ts';
import { type Clock, delay } from '../shared/clock.ts';
import type { Kube } from '../shared/kube/kube.ts';
import { VERSION } from '../shared/version.ts';
import { createAdmitter } from './admission/admitter.ts';
import type { Eviction } from './admission/review.ts';
import type { Verdict } from './admission/verdict.ts';
import { createApp } from './api/app.ts';
import { bindEviction } from './api/bind.ts';
import { callersByToken } from './api/callers.ts';
import { type ClusterView, watchCluster } from './cluster/caches.ts';
import { unheard } from './cluster/unheard.ts';
import type { Config } from './config.ts';
import { createBodyReader } from './server/body.ts';
import type { Connections } from './server/connections.ts';
import { createHealthApp } from './server/health.ts';
import { type ClientVerification, listenHttp, listenHttps } from './server/listen.ts';
import { type Leader, runLeader } from './status/leader.ts';
import { createReconciler } from './status/reconciler.ts';
import { createDenialEvents } from './telemetry/events.ts';
import type { Log } from './telemetry/log.ts';
import { createMetrics } from './telemetry/metrics.ts';
import { openFileSource } from './tls/file-source.ts';
import { startInjector } from './tls/inject.ts';
import { openPatiently } from './tls/open.ts';
import { createScope } from './tls/scope.ts';
import { openSecretSource } from './tls/secret-source.ts';
import type { TlsSource } from './tls/source.ts';

export interface WebhookEnvironment {
  kube: Kube;
  clock: Clock;
  random: () => number;
  log: Log;
}

/** A running webhook. */
export interface Webhook {
  readonly port: number;
  readonly metricsPort: number;
  /** Why it is not ready. */
  notReady(): readonly string[];
  /** Reports not ready, serves until no more requests arrive, and then stops. */
  stop(): Promise<void>;
}

const BIND_TIMEOUT_MS = 4_000;
const CACHES = 'caches not synced';
const CERTIFICATE = 'no certificate yet';
const LISTENS = 'not listening yet';
/** After this time, requests should go to replicas with a working watch. */
const UNREADY_AFTER_MS = 30_000;

/**
 * Starts everything. Health is served first, so that a pod that waits for its caches is alive. What cannot be read yet
 * is retried; readiness reports it.
 *
 * @throws Error if a port is in use, or the file of the client CA cannot be read
 */
export async function runWebhook(config: Config, surroundings: WebhookEnvironment): Promise<Webhook> {
  const { kube, clock, log } = surroundings;
  let cluster: ClusterView | undefined;
  let leader: Leader | undefined;
  let leaving = false;
  let injected = () => false;
  /** What is not ready, with the reason if it is known. */
  const missing = new Map<string, string | undefined>([
    [CACHES, undefined],
    [CERTIFICATE, undefined],
    [LISTENS, undefined],
  ]);
  const notReady = () => {
    if (leaving) return ['shutting down'];
    const reasons = [...missing].map(([what, why]) => (why === undefined ? what : `${what}: ${why}`));
    const doubt = cluster?.freshness.doubt();
    return [
      ...reasons,
      ...(injected() ? [] : ['caBundle not set']),
      ...(doubt && doubt.forMs > UNREADY_AFTER_MS ? [unheard(doubt)] : []),
    ];
  };
  const metrics = createMetrics({
    budgets: () => cluster?.budgets.values() ?? [],
    leads: () => leader?.leads === true,
    staleWatches: () => cluster?.stale().length ?? 0,
    reservedForMs(budget, reservation) {
      const sinceMs = cluster?.memory.standingSinceMs(budget, reservation);
      return sinceMs === undefined ? 0 : clock.monotonicMs() - sinceMs;
    },
  });
  const host = config.bindAddress;
  const health = await listenHttp(createHealthApp(notReady, metrics), {
    host,
    port: config.metricsPort,
  });

  const tls = await openPatiently(() => openTls(config, surroundings), {
    ...surroundings,
    onWaiting: (reason) => missing.set(CERTIFICATE, reason),
  });
  missing.delete(CERTIFICATE);
  const clients = config.clientCaFile === undefined ? undefined : await clientVerification(config);
  // A client certificate proves more than a token.
  const byToken = config.requireToken && clients === undefined;
  const callers = callersByToken({ token: () => tls.current.token, required: byToken });
  if (clients === undefined && !(byToken && tls.current.token !== undefined)) {
    log.warn(
      {},
      'every client that reaches the port is treated as the API server: no token and no client CA is configured',
    );
  }
  let hadGap = false;
  /** No budgets are known when the configuration is first read. */
  let onGap = (_: string | undefined) => {
    hadGap = true;
  };
  const scope = createScope({
    ...surroundings,
    settleMs: config.settleMs,
    onGap: (namespace) => onGap(namespace),
  });
  const injector =
    tls.current.caBundle === undefined
      ? undefined
      : startInjector({
          ...surroundings,
          name: config.webhookConfiguration,
          caBundle: () => tls.current.caBundle,
          token: () => (byToken ? tls.current.token : undefined),
          onValidating: scope.see,
        });
  injected = () => injector?.done ?? true;

  cluster = await watchCluster({
    ...surroundings,
    onWaiting: (reason) => missing.set(CACHES, reason),
  });
  missing.delete(CACHES);
  const view = cluster;
  const reconciler = createReconciler({
    ...surroundings,
    cluster,
    settleMs: config.settleMs,
    mayWrite: () => leader?.leads === true,
  });
  view.onChange((namespace) => reconciler.mark(namespace));
  onGap = (namespace) => {
    log.warn(
      { namespace },
      'the API server may have carried out evictions without calling the webhook: budgets settle',
    );
    for (const budget of namespace === undefined ? view.budgets.values() : budgetsIn(view, namespace))
      view.memory.notAsked(budget, clock.monotonicMs());
    reconciler.mark(namespace);
  };
  if (hadGap) onGap(undefined);
  leader = runLeader({
    ...surroundings,
    namespace: config.namespace,
    name: config.lease,
    identity: config.identity,
    isBlind: () => view.freshness.doubt() !== undefined,
    onLead: () => reconciler.mark(undefined),
  });

  const events = createDenialEvents({ kube, clock, log, identity: config.identity });
  const onVerdict = (eviction: Eviction, verdict: Verdict, tookMs: number) => {
    const { namespace, name: pod, dryRun, user } = eviction;
    metrics.verdict(verdict, dryRun, tookMs);
    log.info({ namespace, pod, dryRun, user, ...verdict, tookMs: Math.round(tookMs) }, 'eviction');
    if (verdict.kind === 'deny' && !dryRun) {
      events.record({ namespace, pod, uid: eviction.precondition.uid, message: verdict.message });
    }
  };
  let connections: Connections | undefined;
  const app = createApp({
    admitter: createAdmitter({ ...surroundings, cluster, witness: metrics }),
    bind: (eviction) => bindEviction(kube, eviction, budgetsIn(view, eviction.namespace), BIND_TIMEOUT_MS),
    callers,
    bodies: createBodyReader(),
    onTrusted: (peer) => connections?.trust(peer),
    clock,
    log,
    onVerdict,
    onRefusal: metrics.refusal,
    version: VERSION,
    leaving: () => leaving,
  });
  const server = await listenHttps(app, { host, port: config.port }, tls.current.server, { clients });
  connections = server.connections;
  missing.delete(LISTENS);
  tls.onChange((served) => {
    server.setCertificate(served.server);
    injector?.refresh();
  });
  log.info({ port: server.port, metricsPort: health.port }, 'serving');

  return {
    port: server.port,
    metricsPort: health.port,
    notReady,
    async stop() {
      leaving = true;
      log.info({ delayMs: config.shutdownDelayMs }, 'shutting down');
      await delay(clock, config.shutdownDelayMs);
      await server.close();
      reconciler.stop();
      await leader?.stop();
      await Promise.all([
        view.stop(),
        tls.stop(),
        injector?.stop(),
        scope.stop(),
        health.close(),
        reconciler.idle(),
      ]);
    },
  };
}

function budgetsIn({ budgets }: ClusterView, namespace: string): ZoneDisruptionBudget[] {
  return [...budgets.values()].filter(({ metadata }) => metadata.namespace === namespace);
}

async function clientVerification({ clientCaFile = '', clientNames }: Config): Promise<ClientVerification> {
  return { ca: await readFile(clientCaFile, 'utf8'), names: clientNames };
}

function openTls(config: Config, surroundings: WebhookEnvironment): Promise<TlsSource> {
  if (config.tlsDir !== undefined) return openFileSource(config.tlsDir, surroundings);
  const { service, namespace } = config;
  return openSecretSource({
    ...surroundings,
    secret: { namespace, name: config.secret },
    policy: {
      names: [`${service}.${namespace}.svc`, `${service}.${namespace}.svc.cluster.local`, ...config.tlsNames],
      ...config.certificates,
    },
  });
}
