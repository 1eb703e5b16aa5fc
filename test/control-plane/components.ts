import { join } from 'node:path';

/** Names of the programs that make up the control plane. */
export type Component = 'etcd' | 'kube-apiserver' | 'kube-controller-manager' | 'kube-scheduler' | 'kwok';

/** Where the files and the sockets of one control plane are, and whose nodes it has. */
export interface Layout {
  dir: string;
  /** The API server's IP address. Pods on real nodes must reach it. */
  address: string;
  /** Whether kubelets and kube-proxy run: they need rights of their own, and the `kubernetes` Service. */
  realNodes: boolean;
  apiServerPort: number;
  etcdClientPort: number;
  etcdPeerPort: number;
  /** Whether the API server presents a client certificate to webhooks. */
  hasWebhookClient?: boolean;
}

/** File names below the control plane's folder. */
export function paths(dir: string) {
  return {
    etcdData: join(dir, 'etcd'),
    certificates: join(dir, 'certificates'),
    /** Self-signed by the API server on its first start; kept over restarts. */
    ca: join(dir, 'certificates', 'apiserver.crt'),
    tokens: join(dir, 'tokens.csv'),
    tokenReview: join(dir, 'token-review.kubeconfig'),
    admission: join(dir, 'admission.json'),
    webhookClient: join(dir, 'webhooks.kubeconfig'),
    serviceAccountKey: join(dir, 'service-account.key'),
    serviceAccountPublicKey: join(dir, 'service-account.pub'),
    schedulerConfig: join(dir, 'scheduler.json'),
    kubeconfigs: join(dir, 'kubeconfigs'),
    logs: join(dir, 'logs'),
  };
}

export function etcdArgs(layout: Layout): string[] {
  const client = `http://127.0.0.1:${layout.etcdClientPort}`;
  const peer = `http://127.0.0.1:${layout.etcdPeerPort}`;
  return [
    `--data-dir=${paths(layout.dir).etcdData}`,
    `--listen-client-urls=${client}`,
    `--advertise-client-urls=${client}`,
    `--listen-peer-urls=${peer}`,
    `--initial-advertise-peer-urls=${peer}`,
    `--initial-cluster=default=${peer}`,
    '--log-level=warn',
    '--unsafe-no-fsync',
  ];
}

const FOR_SIMULATED_NODES = [
  '--authorization-mode=RBAC',
  // The endpoints of the `kubernetes` Service may not be a loopback address; nobody needs them here.
  '--endpoint-reconciler-type=none',
];

const FOR_REAL_NODES = [
  '--authorization-mode=Node,RBAC',
  '--enable-admission-plugins=NodeRestriction',
  '--allow-privileged=true',
  '--kubelet-preferred-address-types=InternalIP',
];

export function apiServerArgs(layout: Layout): string[] {
  const at = paths(layout.dir);
  return [
    `--etcd-servers=http://127.0.0.1:${layout.etcdClientPort}`,
    `--bind-address=${layout.address}`,
    `--advertise-address=${layout.address}`,
    `--secure-port=${layout.apiServerPort}`,
    `--cert-dir=${at.certificates}`,
    `--token-auth-file=${at.tokens}`,
    `--authentication-token-webhook-config-file=${at.tokenReview}`,
    '--authentication-token-webhook-version=v1',
    ...(layout.hasWebhookClient ? [`--admission-control-config-file=${at.admission}`] : []),
    '--service-account-issuer=https://kubernetes.default.svc.cluster.local',
    `--service-account-key-file=${at.serviceAccountPublicKey}`,
    `--service-account-signing-key-file=${at.serviceAccountKey}`,
    '--service-cluster-ip-range=10.96.0.0/16',
    ...(layout.realNodes ? FOR_REAL_NODES : FOR_SIMULATED_NODES),
    // Tests ask faster than any fair share; what limits them is the machine.
    '--enable-priority-and-fairness=false',
    '--max-requests-inflight=0',
    '--max-mutating-requests-inflight=0',
    '--profiling=false',
  ];
}

/** Controllers without anything to do on nodes that are simulated, or that only cost memory and log lines. */
const UNNEEDED_CONTROLLERS = [
  'horizontal-pod-autoscaler-controller',
  'node-ipam-controller',
  'certificatesigningrequest-signing-controller',
];

/** Tests that stop a kubelet wait for this. The default is 50 s. */
const LOST_NODE_AFTER = '16s';

/**
 * While a test has the API server away nobody renews the nodes' leases. Real kubelets set their pods Ready again
 * afterwards, KWOK does not.
 */
const NEVER_LOSE_A_NODE = '10m';

export function controllerManagerArgs(layout: Layout, kubeconfigPath: string): string[] {
  const at = paths(layout.dir);
  return [
    `--kubeconfig=${kubeconfigPath}`,
    `--service-account-private-key-file=${at.serviceAccountKey}`,
    `--root-ca-file=${at.ca}`,
    '--use-service-account-credentials=true',
    `--controllers=*,${UNNEEDED_CONTROLLERS.map((name) => `-${name}`).join(',')}`,
    '--leader-elect=false',
    '--secure-port=0',
    '--kube-api-qps=2000',
    '--kube-api-burst=4000',
    '--concurrent-statefulset-syncs=20',
    '--concurrent-deployment-syncs=20',
    '--concurrent-replicaset-syncs=20',
    '--concurrent-namespace-syncs=20',
    `--node-monitor-grace-period=${layout.realNodes ? LOST_NODE_AFTER : NEVER_LOSE_A_NODE}`,
    '--profiling=false',
  ];
}

export function schedulerArgs(layout: Layout): string[] {
  return [`--config=${paths(layout.dir).schedulerConfig}`, '--secure-port=0'];
}

/** The scheduler's configuration file. Retries come fast: a pod waits for its own zone while another one flushes. */
export function schedulerConfig(kubeconfigPath: string): object {
  return {
    apiVersion: 'kubescheduler.config.k8s.io/v1',
    kind: 'KubeSchedulerConfiguration',
    leaderElection: { leaderElect: false },
    clientConnection: { kubeconfig: kubeconfigPath, qps: 2000, burst: 4000 },
    podInitialBackoffSeconds: 1,
    podMaxBackoffSeconds: 2,
    enableProfiling: false,
  };
}

/** @param stagePaths what KWOK does with nodes and pods, see `stages/` */
export function kwokArgs(kubeconfigPath: string, stagePaths: readonly string[]): string[] {
  return [
    `--kubeconfig=${kubeconfigPath}`,
    ...stagePaths.map((path) => `--config=${path}`),
    '--manage-all-nodes=true',
    '--node-lease-duration-seconds=40',
    '--node-ip=127.0.0.1',
    '--cidr=10.244.0.0/16',
  ];
}
