import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A node, before it runs. */
export interface NodePlan {
  name: string;
  zone: string;
  address: string;
  /** The folder of all its files. */
  dir: string;
  /** The folder with the plugins of the container network. */
  cniDir: string;
  /** The folder with the configuration of the container network. */
  cniConfigDir: string;
}

/** The image of the process that holds a pod's namespaces. */
export const PAUSE_IMAGE = 'docker.io/kubectl-zone-tests/pause:1';

/** File names below the folder of a node. */
export function nodePaths(dir: string) {
  return {
    containerdConfig: join(dir, 'containerd.toml'),
    containerdRoot: join(dir, 'containerd'),
    containerdState: join(dir, 'containerd-state'),
    socket: join(dir, 'containerd.sock'),
    kubelet: join(dir, 'kubelet'),
    kubeletConfig: join(dir, 'kubelet.json'),
    kubeletLog: join(dir, 'kubelet.log'),
    podLogs: join(dir, 'pod-logs'),
    staticPods: join(dir, 'static-pods'),
    kernelSettings: join(dir, 'kernel-settings'),
  };
}

/** Writes the files that containerd and the kubelet of a node read. */
export async function writeNodeFiles(plan: NodePlan): Promise<void> {
  const at = nodePaths(plan.dir);
  for (const dir of [at.kubelet, at.podLogs, at.staticPods]) await mkdir(dir, { recursive: true });
  await writeFile(at.containerdConfig, containerdConfig(plan));
  await writeFile(at.kubeletConfig, JSON.stringify(kubeletConfig(plan)));
}

function containerdConfig({ dir, cniDir, cniConfigDir }: NodePlan): string {
  const at = nodePaths(dir);
  const cri = 'plugins."io.containerd.grpc.v1.cri"';
  return `version = 2
root = ${JSON.stringify(at.containerdRoot)}
state = ${JSON.stringify(at.containerdState)}
[grpc]
  address = ${JSON.stringify(at.socket)}
[${cri}]
  sandbox_image = ${JSON.stringify(PAUSE_IMAGE)}
  # Lowering the score needs a capability that root lacks in containers; runc would end without a reason.
  restrict_oom_score_adj = true
  stream_server_port = "0"
  [${cri}.cni]
    bin_dir = ${JSON.stringify(cniDir)}
    conf_dir = ${JSON.stringify(cniConfigDir)}
`;
}

/** Without limits for the node itself: its memory and its disk are those of the machine, which other nodes use too. */
function kubeletConfig({ dir, address }: NodePlan): object {
  const at = nodePaths(dir);
  return {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    address,
    port: 10250,
    readOnlyPort: 0,
    healthzPort: 0,
    // The API server shows no certificate; nobody outside of the namespace reaches the port.
    authentication: { anonymous: { enabled: true }, webhook: { enabled: false } },
    authorization: { mode: 'AlwaysAllow' },
    containerRuntimeEndpoint: `unix://${at.socket}`,
    // A kubelet collects the logs of pods that it does not know.
    podLogsDir: at.podLogs,
    staticPodPath: at.staticPods,
    clusterDNS: [],
    resolvConf: '/etc/resolv.conf',
    failCgroupV1: false,
    failSwapOn: false,
    cgroupDriver: 'cgroupfs',
    cgroupsPerQOS: false,
    enforceNodeAllocatable: [],
    evictionHard: {
      'memory.available': '0%',
      'nodefs.available': '0%',
      'nodefs.inodesFree': '0%',
      'imagefs.available': '0%',
    },
    imageGCHighThresholdPercent: 100,
    imageGCLowThresholdPercent: 99,
    nodeStatusUpdateFrequency: '2s',
    nodeLeaseDurationSeconds: 8,
    syncFrequency: '10s',
    // Tests restart pods faster than a fair share of requests allows.
    kubeAPIQPS: 200,
    kubeAPIBurst: 400,
    serializeImagePulls: false,
    enableServer: true,
  };
}
