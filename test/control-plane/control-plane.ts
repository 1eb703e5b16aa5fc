import { mkdir, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { delay, systemClock } from '../../shared/clock.ts';
import type { KeyPair } from '../helpers/certificates.ts';
import { freePorts } from '../helpers/ports.ts';
import { type ProcessGroup, startProcessGroup } from '../helpers/process-group.ts';
import type { Api } from './api.ts';
import { findBinaries } from './binaries.ts';
import type { Layout } from './components.ts';
import { type Identity, identity, makeIdentities, writeKubeconfig } from './credentials.ts';
import { writeServerFiles } from './files.ts';
import { launch } from './launch.ts';
import { createNodes, nodeManifests, nodesAreSchedulable } from './nodes.ts';
import { startTokenReviewer } from './token-review.ts';

/** The zones of a test cluster by default. */
export const ZONES = ['zone-a', 'zone-b', 'zone-c'];

/** How the control plane is to be. */
export interface ControlPlaneOptions {
  /** Zones of the nodes: `zone-a`, `zone-b` and `zone-c` unless told. */
  zones?: readonly string[];
  /** Nodes in each zone, 2 unless told; they are called `<zone>-0`, `<zone>-1`, … */
  nodesPerZone?: number;
  /** Keeps data and logs in this folder; without it they live in a temporary one that `stop` removes. */
  dir?: string;
  /** No scheduler: pods stay Pending without a node, until a test binds them. */
  schedulerless?: boolean;
  /** What the API server presents to webhooks; without it, no client certificate. */
  webhookClient?: KeyPair;
}

/** A real Kubernetes control plane with simulated nodes, on 127.0.0.1. */
export interface ControlPlane {
  /** `https://127.0.0.1:<port>`. */
  readonly url: string;
  /** A file for the administrator, a member of `system:masters`. */
  readonly kubeconfigPath: string;
  /** The administrator's bearer token. */
  readonly adminToken: string;
  /** The API server's certificate, a PEM file. */
  readonly caPath: string;
  /** kubectl of the API server's version. */
  readonly kubectlPath: string;
  /** Process ids by component, for measurements. */
  pids(): Readonly<Record<string, number>>;
  /** A bearer token that makes its bearer this user; what the user may do is up to the RBAC objects of the test. */
  tokenFor(user: string, groups?: readonly string[]): string;
  /** A kubeconfig file for this user, with a token of its own. */
  kubeconfigFor(user: string, groups?: readonly string[]): Promise<string>;
  /** Kills the API server, waits `downMs`, starts it on the same port and data, and waits until it is ready. */
  restartApiServer(downMs: number): Promise<void>;
  /**
   * Kills all processes and removes the temporary folder. May be called again.
   *
   * @throws Error with the last log lines when a component had ended by itself
   */
  stop(): Promise<void>;
}

/** Everything but the nodes. */
export interface Servers extends ControlPlane {
  /** The harness's own access to the API server. */
  api: Api;
  /** Kills what is started in it when the servers stop, or when the test process dies. */
  group: ProcessGroup;
  /** The folder of all files. */
  dir: string;
}

/** How servers for real nodes differ from those for simulated ones. */
export interface ServersOptions extends Pick<ControlPlaneOptions, 'dir' | 'schedulerless' | 'webhookClient'> {
  /** The API server's IP address, 127.0.0.1 by default. */
  address?: string;
  /** Whether real kubelets will join. Otherwise KWOK is started, which simulates them. */
  realNodes?: boolean;
  /** Who is known from the start in addition to the control plane's own components. */
  identities?: readonly Identity[];
}

/**
 * Starts etcd, kube-apiserver, kube-controller-manager, kube-scheduler and KWOK, and waits until pods can be scheduled
 * on all nodes. Should the test process die, everything is cleaned up behind it.
 *
 * @throws Error with the last log lines of the component that failed or took too long
 */
export async function startControlPlane(options: ControlPlaneOptions = {}): Promise<ControlPlane> {
  const servers = await startServers(options);
  try {
    const nodes = nodeManifests(options.zones ?? ZONES, options.nodesPerZone ?? 2);
    await createNodes(servers.api, nodes);
    await nodesAreSchedulable(servers, nodes.length);
    return servers;
  } catch (error) {
    await servers.stop().catch(() => undefined);
    throw error;
  }
}

/** Starts a control plane without nodes. */
export async function startServers(options: ServersOptions = {}): Promise<Servers> {
  const binaries = await findBinaries(process.env, (line) => process.stderr.write(`${line}\n`));
  const layout = await makeLayout(options);
  const identities = makeIdentities();
  const reviewer = await startTokenReviewer();
  const group = startProcessGroup(options.dir ? undefined : layout.dir);
  const stopAll = async () => {
    try {
      await group.stop();
    } finally {
      await reviewer.close();
    }
  };
  let stopped: Promise<void> | undefined;
  const stop = () => {
    stopped ??= stopAll();
    return stopped;
  };

  try {
    const known = [...Object.values<Identity>({ ...identities }), ...(options.identities ?? [])];
    await writeServerFiles(layout, known, {
      tokenReviewUrl: reviewer.url,
      webhookClient: options.webhookClient,
    });
    const running = await launch({
      layout,
      binaries,
      identities,
      group,
      withScheduler: options.schedulerless !== true,
    });
    const addUser = (user: string, groups: readonly string[] = []) => {
      const added = identity(user, groups);
      reviewer.add(added);
      return added;
    };
    return {
      ...running.server,
      api: running.api,
      group,
      dir: layout.dir,
      kubeconfigPath: running.adminKubeconfigPath,
      adminToken: identities.admin.token,
      kubectlPath: binaries.kubectl,
      pids: () => Object.fromEntries(group.members().map(({ name, pid }) => [name, pid])),
      tokenFor: (user, groups) => addUser(user, groups).token,
      kubeconfigFor: (user, groups) =>
        writeKubeconfig(running.kubeconfigsDir, running.server, addUser(user, groups)),
      async restartApiServer(downMs) {
        await running.stopApiServer();
        await delay(systemClock, downMs);
        await running.startApiServer();
      },
      stop,
    };
  } catch (error) {
    await stop().catch(() => undefined);
    throw error;
  }
}

async function makeLayout({
  dir,
  address = '127.0.0.1',
  realNodes = false,
  webhookClient,
}: ServersOptions): Promise<Layout> {
  if (dir) await mkdir(dir, { recursive: true });
  const [apiServerPort = 0, etcdClientPort = 0, etcdPeerPort = 0] = await freePorts(3);
  return {
    dir: dir ?? (await mkdtemp(join(tmpdir(), 'control-plane-'))),
    address,
    realNodes,
    apiServerPort,
    etcdClientPort,
    etcdPeerPort,
    hasWebhookClient: webhookClient !== undefined,
  };
}
