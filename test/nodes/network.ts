import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The bridge that all pods and all nodes are attached to. */
const BRIDGE = 'nodes0';

/** The bridge's own address: the API server's and the pods' gateway. */
export const GATEWAY = '10.77.0.1';

/** Of nodes and pods. */
export const SUBNET = '10.77.0.0/16';

/** As the API server's `--service-cluster-ip-range`. */
const SERVICES = '10.96.0.0/16';

/** The address of a node, of which there may be 200. */
export function nodeAddress(index: number): string {
  return `10.77.0.${11 + index}`;
}

/** Creates the bridge in this network namespace, with the addresses of the nodes. */
export async function createBridge(nodes: number): Promise<void> {
  await ip('link', 'add', BRIDGE, 'type', 'bridge');
  await ip('address', 'add', `${GATEWAY}/16`, 'dev', BRIDGE);
  for (let index = 0; index < nodes; index++) {
    await ip('address', 'add', `${nodeAddress(index)}/16`, 'dev', BRIDGE);
  }
  await ip('link', 'set', BRIDGE, 'up');
  // Without a default route nothing on the nodes' side could send to a Service, before kube-proxy rewrites its address.
  await ip('route', 'add', SERVICES, 'dev', BRIDGE);
  await writeFile('/proc/sys/net/ipv4/ip_forward', '1');
}

/** Removes the bridge and the rules of kube-proxy. */
export async function removeBridge(): Promise<void> {
  await ip('link', 'delete', BRIDGE);
  await run('nft', ['flush', 'ruleset'], { env: pathWithSbin() });
}

/**
 * The network of pods, as the CNI plugins read it.
 *
 * @param addressesDir where host-local keeps which addresses are taken; all nodes share it
 */
export function cniConfig(addressesDir: string): object {
  return {
    cniVersion: '1.0.0',
    name: 'nodes',
    plugins: [
      {
        type: 'bridge',
        bridge: BRIDGE,
        isGateway: false,
        ipMasq: false,
        hairpinMode: true,
        ipam: {
          type: 'host-local',
          dataDir: addressesDir,
          ranges: [
            [{ subnet: SUBNET, rangeStart: '10.77.1.1', rangeEnd: '10.77.250.250', gateway: GATEWAY }],
          ],
          routes: [{ dst: '0.0.0.0/0' }],
        },
      },
      { type: 'portmap', capabilities: { portMappings: true } },
    ],
  };
}

async function ip(...args: string[]): Promise<void> {
  await run('ip', args, { env: pathWithSbin() });
}

/** The programs of administrators, wherever the user's PATH ends. */
export function pathWithSbin(env: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  return { ...env, PATH: `${env.PATH ?? ''}:/usr/local/sbin:/usr/sbin:/sbin` };
}
