import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestCluster } from '../../cluster/cluster.ts';
import { namespace } from '../../cluster/fixtures.ts';
import { freePorts } from '../../helpers/ports.ts';
import { type RunningProcess, startProcess, waitUntil } from '../../helpers/processes.ts';
import { configuration, manifest } from './manifests.ts';
import { type RoundRobin, startRoundRobin } from './round-robin.ts';

export const SYSTEM_NAMESPACE = 'kubectl-zone-system';

const ENTRY = join(import.meta.dirname, '..', '..', '..', 'webhook', 'index.ts');

/** One webhook process. */
export interface Replica {
  readonly port: number;
  readonly metricsPort: number;
  readonly process: RunningProcess;
  metrics(): Promise<string>;
  isReady(): Promise<boolean>;
  /** SIGTERM, and waits for the end. */
  terminate(): Promise<void>;
  /** All it has logged. */
  log(): Promise<string>;
}

/** Webhook processes behind one address, registered with a cluster. */
export interface Installation {
  readonly replicas: readonly Replica[];
  readonly front: RoundRobin;
  /** Starts one more, and waits until it is ready. */
  start(): Promise<Replica>;
  /** Takes the webhook out of the API server's way, and ends its processes. */
  stop(): Promise<void>;
}

export interface InstallOptions {
  replicas?: number;
  /** A kubeconfig with other rights than the administrator's. */
  kubeconfigPath?: string;
  /** The program; the source unless told. */
  entry?: string;
  /** Flags of the program. Where a test cannot do without others, those win. */
  flags?: readonly string[];
  /** Flags of Node. */
  nodeFlags?: readonly string[];
  /** False leaves out the configuration that ties evictions to their pods. */
  mutating?: boolean;
  shutdownDelayS?: number;
}

/** Applies CRDs and configurations, starts the replicas, and waits until the first eviction would reach them. */
export async function installWebhook(
  cluster: TestCluster,
  options: InstallOptions = {},
): Promise<Installation> {
  const dir = await mkdtemp(join(tmpdir(), 'webhook-'));
  const replicas: Replica[] = [];
  const front = await startRoundRobin([]);
  await cluster.apply(
    namespace(SYSTEM_NAMESPACE),
    await manifest('crds/zonedisruptionbudgets.yaml'),
    await manifest('crds/zoneawareupdates.yaml'),
  );
  const established = [
    'wait',
    '--for=condition=Established',
    'crd',
    'zonedisruptionbudgets.zonecontrol.k8s.aws',
  ];
  await succeed(cluster, [...established, '--timeout=60s']);
  const url = `https://127.0.0.1:${front.port}`;
  await cluster.apply(await configuration('validating', url));
  if (options.mutating !== false) await cluster.apply(await configuration('mutating', url));

  async function start(): Promise<Replica> {
    const replica = await startReplica(cluster, dir, replicas.length, options);
    replicas.push(replica);
    await waitUntil('webhook is ready', () => replica.isReady(), {
      processes: [replica.process],
      deadlineMs: 60_000,
      intervalMs: 100,
    });
    front.setPorts(running().map(({ port }) => port));
    return replica;
  }

  const running = () => replicas.filter((each) => each.process.ended() === undefined);
  const installation: Installation = {
    replicas,
    front,
    start,
    async stop() {
      for (const kind of ['validatingwebhookconfiguration', 'mutatingwebhookconfiguration']) {
        await cluster.kubectl(['delete', kind, 'kubectl-zone', '--ignore-not-found']);
      }
      for (const { process } of replicas) await process.kill();
      await front.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
  try {
    await Promise.all(Array.from({ length: options.replicas ?? 2 }, start));
  } catch (error) {
    await installation.stop();
    throw error;
  }
  return installation;
}

/** Starts one process; it is not waited until it is ready. */
export async function startReplica(
  cluster: TestCluster,
  dir: string,
  number: number,
  options: InstallOptions,
): Promise<Replica> {
  const [port = 0, metricsPort = 0] = await freePorts(2);
  const logPath = join(dir, `replica-${port}.log`);
  const entry = options.entry ?? ENTRY;
  const args = [
    ...(options.nodeFlags ?? []),
    entry,
    // Nothing is in flight when a test makes a budget.
    '--unsafe-settle-time-for-tests=100ms',
    ...(options.flags ?? []),
    `--port=${port}`,
    `--metrics-port=${metricsPort}`,
    '--bind-address=127.0.0.1',
    '--tls-names=127.0.0.1',
    `--kubeconfig=${options.kubeconfigPath ?? cluster.kubeconfigPath}`,
    `--shutdown-delay=${options.shutdownDelayS ?? 1}`,
    '--log-level=info',
  ];
  const process = await startProcess({
    name: `webhook ${number}`,
    command: globalThis.process.execPath,
    args,
    env: { POD_NAMESPACE: SYSTEM_NAMESPACE, POD_NAME: `webhook-${number}` },
    logPath,
  });
  const get = (path: string) => fetch(`http://127.0.0.1:${metricsPort}${path}`);
  return {
    port,
    metricsPort,
    process,
    metrics: async () => (await get('/metrics')).text(),
    isReady: async () => (await get('/readyz')).ok,
    async terminate() {
      globalThis.process.kill(process.pid, 'SIGTERM');
      await process.end;
    },
    log: () => readFile(logPath, 'utf8'),
  };
}

async function succeed(cluster: TestCluster, args: readonly string[]): Promise<void> {
  const { code, stderr } = await cluster.kubectl(args);
  if (code !== 0) throw new Error(stderr);
}
