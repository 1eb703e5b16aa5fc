import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findNodeBinaries } from '../control-plane/binaries.ts';
import { type ControlPlane, type Servers, startServers, ZONES } from '../control-plane/control-plane.ts';
import { type Identity, identity, writeKubeconfig } from '../control-plane/credentials.ts';
import { nodesAreSchedulable } from '../control-plane/nodes.ts';
import { waitUntil } from '../helpers/processes.ts';
import { thisPlace } from './namespaces.ts';
import { cniConfig, createBridge, GATEWAY, nodeAddress, removeBridge, SUBNET } from './network.ts';
import { type RealNode, startNode } from './node.ts';
import type { NodePlan } from './node-files.ts';
import { CNI_DIRS, findMissing, thisMachine } from './requirements.ts';
import { writeTestImages } from './test-images.ts';

/** The shape of a cluster of real nodes. */
export interface NodesOptions {
  /** `zone-a`, `zone-b` and `zone-c` by default. */
  zones?: readonly string[];
  /** 2 by default; they are called `<zone>-0`, `<zone>-1`, … */
  nodesPerZone?: number;
}

/** A control plane with real nodes. */
export interface Nodes extends ControlPlane {
  readonly nodes: readonly RealNode[];
  /** Loads an image from an archive on all nodes. */
  loadImage(archive: string): Promise<void>;
  /** Gives an image a second name on all nodes. */
  tagImage(name: string, other: string): Promise<void>;
}

const PROXY_HEALTH = '127.0.0.1:10256';

interface Named {
  name: string;
  zone: string;
  who: Identity;
}

/**
 * Starts a control plane and real nodes: a containerd and a kubelet each, a bridge as the network of all pods, and
 * kube-proxy. There can be one at a time in a network namespace.
 *
 * @throws Error when this process is not in namespaces of its own, or with the last log lines of what failed
 */
export async function startNodes({ zones = ZONES, nodesPerZone = 2 }: NodesOptions = {}): Promise<Nodes> {
  const place = thisPlace();
  const binaries = await findNodeBinaries(process.env, (line) => process.stderr.write(`${line}\n`));
  const named = zones.flatMap((zone) =>
    Array.from({ length: nodesPerZone }, (_, index): Named => {
      const name = `${zone}-${index}`;
      return { name, zone, who: identity(`system:node:${name}`, ['system:nodes']) };
    }),
  );
  const proxy = identity('system:kube-proxy');
  await createBridge(named.length);
  const dir = await mkdtemp(join(place.dir, 'c-'));
  const servers = await startServers({
    address: GATEWAY,
    realNodes: true,
    identities: [...named.map(({ who }) => who), proxy],
  }).catch(async (error: unknown) => {
    await removeBridge();
    throw error;
  });
  const stop = async () => {
    try {
      await servers.stop();
    } finally {
      await removeBridge();
      await rm(dir, { recursive: true, force: true });
    }
  };
  let stopped: Promise<void> | undefined;

  try {
    const start = { servers, dir };
    const [images, nodes] = await Promise.all([
      writeTestImages(dir),
      startAll(named, { ...start, kubelet: binaries.kubelet }),
      startProxy(proxy, { ...start, program: binaries['kube-proxy'], node: named[0]?.name ?? '' }),
    ]);
    const loadImage = async (archive: string) => {
      await Promise.all(nodes.map((node) => node.loadImage(archive)));
    };
    for (const image of images) await loadImage(image);
    await nodesAreSchedulable(servers, nodes.length);
    await proxyIsReady(servers);
    return {
      ...servers,
      nodes,
      loadImage,
      async tagImage(name, other) {
        await Promise.all(nodes.map((node) => node.tagImage(name, other)));
      },
      stop() {
        stopped ??= stop();
        return stopped;
      },
    };
  } catch (error) {
    await stop().catch(() => undefined);
    throw error;
  }
}

interface Start {
  servers: Servers;
  dir: string;
}

async function startAll(
  named: readonly Named[],
  { servers, dir, kubelet }: Start & { kubelet: string },
): Promise<RealNode[]> {
  const cniConfigDir = join(dir, 'cni');
  await mkdir(cniConfigDir);
  await writeFile(join(cniConfigDir, '10-nodes.conflist'), JSON.stringify(cniConfig(join(dir, 'addresses'))));
  const cniDir = await findCniDir();
  return Promise.all(
    named.map(async ({ name, zone, who }, index) => {
      const plan: NodePlan = {
        ...{ name, zone, cniDir, cniConfigDir },
        address: nodeAddress(index),
        dir: join(dir, name),
      };
      await mkdir(plan.dir);
      const kubeconfigPath = await writeKubeconfig(plan.dir, servers, who);
      return startNode(plan, { group: servers.group, kubelet, kubeconfigPath });
    }),
  );
}

async function startProxy(
  who: Identity,
  { servers, dir, program, node }: Start & { program: string; node: string },
): Promise<void> {
  await servers.group.start({
    name: 'kube-proxy',
    command: program,
    args: [
      `--kubeconfig=${await writeKubeconfig(dir, servers, who)}`,
      '--proxy-mode=nftables',
      '--masquerade-all',
      `--cluster-cidr=${SUBNET}`,
      `--bind-address=${GATEWAY}`,
      // It waits for a node of its own; one serves all nodes here.
      `--hostname-override=${node}`,
      `--healthz-bind-address=${PROXY_HEALTH}`,
      '--metrics-bind-address=127.0.0.1:10249',
      // The limit belongs to the whole machine.
      '--conntrack-max-per-core=0',
    ],
    logPath: join(dir, 'kube-proxy.log'),
  });
}

/** Waits until kube-proxy has written its rules for the first time. */
function proxyIsReady({ group }: Servers): Promise<void> {
  const isHealthy = async () => (await fetch(`http://${PROXY_HEALTH}/healthz`)).ok;
  return waitUntil('kube-proxy is ready', isHealthy, { processes: group.members(), deadlineMs: 60_000 });
}

/** The first folder that has a plugin. */
async function findCniDir(): Promise<string> {
  const { isExecutable } = thisMachine();
  for (const dir of CNI_DIRS) if (await isExecutable(join(dir, 'bridge'))) return dir;
  throw new Error(`no CNI plugins: ${(await findMissing(thisMachine())).packages.join(', ')}`);
}
