import { randomBytes } from 'node:crypto';
import { type Clock, delay, systemClock } from '../../shared/clock.ts';
import { Admission } from './api/admission.ts';
import { handleApi } from './api/api.ts';
import { Catalog } from './api/catalog.ts';
import { Objects } from './api/objects.ts';
import { Watches } from './api/watch.ts';
import { webhookCaller } from './api/webhook-call.ts';
import { Writer } from './api/write.ts';
import { makeCertificates } from './certificates.ts';
import { startControllers } from './controllers/controllers.ts';
import { Faults, type Refusal } from './http/faults.ts';
import { front } from './http/front.ts';
import { Server } from './http/server.ts';
import { furnish } from './nodes.ts';
import { seededRandom, uuid } from './random.ts';
import type { PodNetwork } from './services/http/network.ts';
import { proxy } from './services/proxy.ts';
import { startServices } from './services/services.ts';
import { Store } from './store/store.ts';

export interface SandboxOptions {
  /** Zones of the nodes; zone-a, zone-b and zone-c by default. */
  zones?: readonly string[];
  /** 2 by default. */
  nodesPerZone?: number;
  /** Source of timestamps and simulated delays; the system clock by default. */
  clock?: Clock;
  /** Seed of the random generator for names, uids and simulated times; 1 by default. */
  seed?: number;
}

/** A running sandbox: a Kubernetes API server with controllers and simulated nodes, in this process. */
export interface Sandbox {
  /** `https://127.0.0.1:PORT` */
  readonly url: string;
  /** Text of a kubeconfig with the sandbox's CA and a token with full access. */
  readonly kubeconfig: string;
  /** The addresses of pods that are real HTTP servers. */
  readonly network: PodNetwork;
  /** Stops everything; no handle is left open. */
  stop(): Promise<void>;

  /** Stops the controllers, the scheduler and the kubelets, as if kube-controller-manager were down; idempotent. */
  stopControllers(): void;
  /** Restarts them from the API server's state; idempotent. */
  restartControllers(): void;
  /** Ends all open watches, as API servers do from time to time: normally, or with an ERROR event of code 410. */
  closeWatches(how?: 'plainly' | 'expired'): void;
  /**
   * Drops the history: a continued list from an older version gets 410, a watch an ERROR event of code 410 as from the
   * real server's watch cache, or the HTTP status 410. Open watches continue.
   */
  expireHistory(watchesGet?: 'event' | 'status'): void;
  /** Answers matching requests with an error; the returned function removes the rule. */
  refuse(refusal: Refusal): () => void;
  /** Closes all connections and refuses new ones; the cluster continues to run. */
  goOffline(): Promise<void>;
  /** Listens again on the same port. */
  comeBack(): Promise<void>;
  /** Goes offline and comes back after `downMs` on the sandbox's clock; resolves when it is back. */
  restartAfter(downMs: number): Promise<void>;
}

/**
 * Starts a sandbox on a free port of 127.0.0.1.
 *
 * There are no shortcuts for our own code: everything uses the API, as on a real cluster.
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const { zones = ['zone-a', 'zone-b', 'zone-c'], nodesPerZone = 2, clock = systemClock, seed = 1 } = options;
  const random = seededRandom(seed);
  const store = new Store();
  const objects = new Objects(store, clock, random);
  const catalog = new Catalog(store);
  const webhooks = webhookCaller();
  const admission = new Admission(store, webhooks.call, () => uuid(random));
  const watches = new Watches(store, clock);
  const services = startServices(store, clock);
  const parts = { objects, catalog, watches, clock, writer: new Writer(objects, admission) };

  const token = randomBytes(16).toString('hex');
  const faults = new Faults();
  const certificates = await makeCertificates();
  const server = new Server(
    certificates,
    front(async (request) => proxy({ objects, catalog, services }, request) ?? handleApi(parts, request), {
      token,
      faults,
      clock,
    }),
  );
  const start = () => startControllers({ objects, catalog, admission, clock, random });
  let controllers: (() => void) | undefined = start();
  const stopControllers = () => {
    controllers?.();
    controllers = undefined;
  };
  furnish(objects, zones, nodesPerZone, clock.nowMs());
  await server.open();
  const url = `https://127.0.0.1:${server.port}`;

  const goOffline = () => {
    watches.closeAll();
    return server.close();
  };
  return {
    url,
    kubeconfig: kubeconfig(url, certificates.ca, token),
    network: services.network,
    async stop() {
      stopControllers();
      services.stop();
      catalog.close();
      webhooks.close();
      await goOffline();
    },
    stopControllers,
    restartControllers() {
      controllers ??= start();
    },
    closeWatches: (how = 'plainly') => watches.closeAll(how === 'expired'),
    expireHistory(watchesGet = 'event') {
      watches.refuseExpired = watchesGet === 'status';
      store.expireHistory();
    },
    refuse: (refusal) => faults.refuse(refusal),
    goOffline,
    comeBack: () => server.open(),
    async restartAfter(downMs) {
      await goOffline();
      await delay(clock, downMs);
      await server.open();
    },
  };
}

/** A kubeconfig (JSON, which is also YAML) for one cluster, with embedded CA and token. */
function kubeconfig(url: string, ca: string, token: string): string {
  const name = 'sandbox';
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      { name, cluster: { server: url, 'certificate-authority-data': Buffer.from(ca).toString('base64') } },
    ],
    users: [{ name: 'sandbox-admin', user: { token } }],
    contexts: [{ name, context: { cluster: name, user: 'sandbox-admin', namespace: 'default' } }],
    'current-context': name,
  };
  return `${JSON.stringify(config, null, 2)}\n`;
}
