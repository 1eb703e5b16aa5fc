import type { Objects } from './api/objects.ts';
import { BUILT_IN, NAMESPACES, NODES } from './api/resources.ts';
import { type KubeObject, timestamp } from './store/object.ts';

const NAMES = ['default', 'kube-system', 'kube-public', 'kube-node-lease'];

/** Fills an empty cluster with its namespaces and nodes: what exists before the first client connects. */
export function furnish(
  objects: Objects,
  zones: readonly string[],
  nodesPerZone: number,
  nowMs: number,
): void {
  const resource = (storage: string) => {
    const found = BUILT_IN.find((candidate) => candidate.storage === storage);
    if (!found) throw new Error(`no resource is stored in ${storage}`);
    return found;
  };
  for (const name of NAMES) objects.create(resource(NAMESPACES), namespace(name));
  let number = 0;
  for (const zone of zones)
    for (let index = 1; index <= nodesPerZone; index++) {
      number += 1;
      objects.create(resource(NODES), node(`${zone}-node-${index}`, zone, number, timestamp(nowMs)));
    }
}

function namespace(name: string): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name, labels: { 'kubernetes.io/metadata.name': name } },
    spec: { finalizers: ['kubernetes'] },
    status: { phase: 'Active' },
  };
}

function node(name: string, zone: string, number: number, now: string): KubeObject {
  const amounts = { cpu: '32', memory: '128Gi', pods: '1000' };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      labels: {
        'kubernetes.io/arch': 'amd64',
        'kubernetes.io/hostname': name,
        'kubernetes.io/os': 'linux',
        'topology.kubernetes.io/region': 'sandbox',
        'topology.kubernetes.io/zone': zone,
      },
    },
    spec: {},
    status: {
      addresses: [
        { type: 'InternalIP', address: `10.0.${number >> 8}.${number & 255}` },
        { type: 'Hostname', address: name },
      ],
      allocatable: amounts,
      capacity: amounts,
      conditions: [
        {
          type: 'Ready',
          status: 'True',
          reason: 'KubeletReady',
          message: 'kubelet is posting ready status',
          lastHeartbeatTime: now,
          lastTransitionTime: now,
        },
      ],
      nodeInfo: {
        architecture: 'amd64',
        bootID: '',
        containerRuntimeVersion: 'sandbox://1',
        kernelVersion: 'sandbox',
        kubeProxyVersion: '',
        kubeletVersion: 'v1.35.0',
        machineID: '',
        operatingSystem: 'linux',
        osImage: 'Sandbox',
        systemUUID: '',
      },
    },
  };
}
