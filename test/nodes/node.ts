import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { ProcessGroup } from '../helpers/process-group.ts';
import { type RunningProcess, waitUntil } from '../helpers/processes.ts';
import { pathWithSbin } from './network.ts';
import { type NodePlan, nodePaths, writeNodeFiles } from './node-files.ts';

const run = promisify(execFile);

/** A machine of the cluster: a containerd and a kubelet in process and mount namespaces of their own. */
export interface RealNode {
  readonly name: string;
  readonly zone: string;
  readonly address: string;
  /** The kubelet reads manifests of static pods from here. */
  readonly staticPodsDir: string;
  /** Loads an image from an archive; it may be used at once. */
  loadImage(archive: string): Promise<void>;
  /** Gives an image a second name. */
  tagImage(name: string, other: string): Promise<void>;
  /** Kills the kubelet. The containers run on, and nobody reports them any more. */
  stopKubelet(): void;
  startKubelet(): void;
  /** Kills everything on it at once, like a loss of power. It does not come back. */
  powerOff(): Promise<void>;
}

/**
 * Kernel settings that the kubelet would change for the whole machine, and the values that it wants: it finds them in
 * files that hide the real ones.
 */
const KERNEL_SETTINGS = {
  'vm/overcommit_memory': 1,
  'vm/panic_on_oom': 0,
  'kernel/panic': 10,
  'kernel/panic_on_oops': 1,
  'kernel/keys/root_maxkeys': 1_000_000,
  'kernel/keys/root_maxbytes': 25_000_000,
};

/** The first process of a node: when it ends, so does everything else there. It obeys the lines of its input. */
const MACHINE = `
hide() {
  mkdir -p "$settings/$(dirname "$1")" && echo "$2" > "$settings/$1" && mount --bind "$settings/$1" "/proc/sys/$1"
}
settings=$1 containerd_config=$2 kubelet_log=$3; shift 3
${Object.entries(KERNEL_SETTINGS)
  .map(([name, value]) => `hide ${name} ${value}`)
  .join('\n')}
containerd -c "$containerd_config" < /dev/null &
kubelet=
while read -r verb; do
  case $verb in
    start-kubelet) [ -n "$kubelet" ] || { "$@" >> "$kubelet_log" 2>&1 < /dev/null & kubelet=$!; } ;;
    stop-kubelet) [ -z "$kubelet" ] || { kill -KILL $kubelet; wait $kubelet; kubelet=; } ;;
  esac
done
`;

/** Starts a node; its kubelet registers it. */
export async function startNode(
  plan: NodePlan,
  { group, kubelet, kubeconfigPath }: { group: ProcessGroup; kubelet: string; kubeconfigPath: string },
): Promise<RealNode> {
  const at = nodePaths(plan.dir);
  await writeNodeFiles(plan);
  const kubeletArgs = [
    `--config=${at.kubeletConfig}`,
    `--kubeconfig=${kubeconfigPath}`,
    `--root-dir=${at.kubelet}`,
    `--cert-dir=${at.kubelet}/pki`,
    `--hostname-override=${plan.name}`,
    `--node-ip=${plan.address}`,
    `--node-labels=topology.kubernetes.io/zone=${plan.zone}`,
  ];
  const namespaces = [
    '--pid',
    '--mount',
    '--mount-proc',
    '--propagation',
    'private',
    '--fork',
    '--kill-child',
  ];
  const script = ['/bin/sh', '-c', MACHINE, plan.name];
  const machine = await group.start({
    name: plan.name,
    command: 'unshare',
    args: [
      ...[
        ...namespaces,
        '--',
        ...script,
        at.kernelSettings,
        at.containerdConfig,

        at.kubeletLog,
      ],
      ...[kubelet, ...kubeletArgs],
    ],
    env: { PATH: pathWithSbin().PATH ?? '' },
    logPath: `${plan.dir}/containerd.log`,
    listens: true,
  });
  await containerdAnswers(machine, at.socket);
  machine.tell('start-kubelet');
  return {
    name: plan.name,
    zone: plan.zone,
    address: plan.address,
    staticPodsDir: at.staticPods,
    loadImage: (archive) => ctr(at.socket, '--namespace', 'k8s.io', 'images', 'import', archive),
    tagImage: (name, other) => ctr(at.socket, '--namespace', 'k8s.io', 'images', 'tag', name, other),
    stopKubelet: () => machine.tell('stop-kubelet'),
    startKubelet: () => machine.tell('start-kubelet'),
    powerOff: () => group.kill(machine),
  };
}

function containerdAnswers(machine: RunningProcess, socket: string): Promise<void> {
  const answers = () => ctr(socket, 'version').then(() => true);
  return waitUntil(`containerd of ${machine.name} answers`, answers, {
    processes: [machine],
    deadlineMs: 60_000,
  });
}

async function ctr(socket: string, ...args: string[]): Promise<void> {
  await run('ctr', ['--address', socket, ...args], { env: pathWithSbin() });
}
