import { mkdir, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { delay, systemClock } from '../../shared/clock.ts';
import type { KeyPair } from '../helpers/certificates.ts';
import { freePorts } from '../helpers/ports.ts';
import { startProcessGroup } from '../helpers/process-group.ts';
import { findBinaries } from './binaries.ts';
import type { Layout } from './components.ts';
import { identity, makeIdentities, writeKubeconfig } from './credentials.ts';
import { writeServerFiles } from './files.ts';
import { launch } from './launch.ts';
import { createNodes, nodeManifests } from './nodes.ts';
import { startTokenReviewer } from './token-review.ts';

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

/**
 * Starts etcd, kube-apiserver, kube-controller-manager, kube-scheduler and KWOK, and waits until pods can be scheduled
 * on all nodes. Should the test process die, everything is cleaned up behind it.
 *
 * @throws Error with the last log lines of the component that failed or took too long
 */
export async function startControlPlane(options: ControlPlaneOptions = {}): Promise<ControlPlane> {
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
    await writeServerFiles(layout, identities, {
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
    const nodes = nodeManifests(options.zones ?? ['zone-a', 'zone-b', 'zone-c'], options.nodesPerZone ?? 2);
    await createNodes(running.api, nodes, { processes: group.members(), deadlineMs: 60_000 });

    const addUser = (user: string, groups: readonly string[] = []) => {
      const added = identity(user, groups);
      reviewer.add(added);
      return added;
    };
    return {
      ...running.server,
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

async function makeLayout({ dir, webhookClient }: ControlPlaneOptions): Promise<Layout> {
  if (dir) await mkdir(dir, { recursive: true });
  const [apiServerPort = 0, etcdClientPort = 0, etcdPeerPort = 0] = await freePorts(3);
  return {
    dir: dir ?? (await mkdtemp(join(tmpdir(), 'control-plane-'))),
    apiServerPort,
    etcdClientPort,
    etcdPeerPort,
    hasWebhookClient: webhookClient !== undefined,
  };
}
