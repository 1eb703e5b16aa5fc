/**
 * Resident memory of the built webhook that watches many pods. The API server is one in memory that lists them, so
 * that no cluster needs to hold them.
 *
 *   npm run build && node --import tsx bench/webhook-memory.ts [PODS] [ENTRY]
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json, startKubeServer, status } from '../test/helpers/kube-server.ts';
import { freePorts } from '../test/helpers/ports.ts';
import { startProcess, waitUntil } from '../test/helpers/processes.ts';

const count = Number(process.argv[2] ?? 10_000);
const entry = process.argv[3] ?? join(import.meta.dirname, '..', 'dist', 'webhook', 'index.js');

/** A pod of the size that real ones have, about 5 KB. */
function pod(number: number): object {
  const env = Array.from({ length: 20 }, (_, index) => ({
    name: `VARIABLE_${index}`,
    value: `value of ${index}`,
  }));
  const manager = {
    manager: 'kubelet',
    operation: 'Update',
    fieldsV1: { 'f:status': { 'f:conditions': 'x'.repeat(1500) } },
  };
  return {
    metadata: {
      name: `ingester-${number}`,
      namespace: `team-${number % 50}`,
      uid: crypto.randomUUID(),
      resourceVersion: String(1000 + number),
      labels: {
        app: 'ingester',
        'controller-revision-hash': 'ingester-6c4f',
        'apps.kubernetes.io/pod-index': `${number}`,
      },
      ownerReferences: [
        { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'ingester', uid: 'owner', controller: true },
      ],
      managedFields: [manager],
    },
    spec: { nodeName: `node-${number % 300}`, containers: [{ name: 'ingester', image: 'app:v1', env }] },
    status: {
      phase: 'Running',
      conditions: ['Initialized', 'Ready', 'ContainersReady', 'PodScheduled'].map((type) => ({
        type,
        status: 'True',
      })),
      containerStatuses: [{ name: 'ingester', ready: true, restartCount: 0, state: { running: {} } }],
    },
  };
}

const pods = Array.from({ length: count }, (_, number) => pod(number));
const nodes = Array.from({ length: 300 }, (_, number) => ({
  metadata: {
    name: `node-${number}`,
    uid: `node-${number}`,
    resourceVersion: '1',
    labels: { 'topology.kubernetes.io/zone': `zone-${number % 3}` },
  },
}));

const server = await startKubeServer({
  handle({ path, query, method, body }, respond) {
    if (query.get('watch') === 'true') {
      respond.writeHead(200, { 'content-type': 'application/json' });
      respond.write('\n');
      return;
    }
    if (method === 'POST') return json(respond, 201, body);
    if (path.includes('/leases/')) return status(respond, 404, 'NotFound');
    const all = path === '/api/v1/pods' ? pods : path === '/api/v1/nodes' ? nodes : [];
    const from = Number(query.get('continue') ?? 0);
    const limit = Number(query.get('limit') ?? all.length);
    const next = from + limit < all.length ? String(from + limit) : '';
    json(respond, 200, {
      metadata: { resourceVersion: '999999', continue: next },
      items: all.slice(from, from + limit),
    });
  },
});
const dir = await mkdtemp(join(tmpdir(), 'webhook-memory-'));
const { server: pair, ca } = server.authority;
await writeFile(join(dir, 'tls.crt'), pair.cert);
await writeFile(join(dir, 'tls.key'), pair.key);
await writeFile(join(dir, 'api-ca.crt'), ca);
await writeFile(
  join(dir, 'kubeconfig'),
  JSON.stringify({
    clusters: [
      { name: 'x', cluster: { server: server.url, 'certificate-authority': join(dir, 'api-ca.crt') } },
    ],
    contexts: [{ name: 'x', context: { cluster: 'x', user: 'x' } }],
    users: [{ name: 'x', user: { token: 'x' } }],
    'current-context': 'x',
  }),
);
const [port = 0, metricsPort = 0] = await freePorts(2);
const webhook = await startProcess({
  name: 'webhook',
  command: process.execPath,
  args: [
    entry,
    `--port=${port}`,
    `--metrics-port=${metricsPort}`,
    '--bind-address=127.0.0.1',
    `--tls-dir=${dir}`,
    `--kubeconfig=${join(dir, 'kubeconfig')}`,
  ],
  logPath: join(dir, 'log'),
});
try {
  await waitUntil('ready', async () => (await fetch(`http://127.0.0.1:${metricsPort}/readyz`)).ok, {
    processes: [webhook],
    deadlineMs: 60_000,
  });
  const text = await readFile(`/proc/${webhook.pid}/status`, 'utf8');
  const megabytes = (field: string) =>
    Math.round(Number(new RegExp(`${field}:\\s+(\\d+)`).exec(text)?.[1] ?? 0) / 1024);
  process.stdout.write(
    `${JSON.stringify({ pods: count, residentMB: megabytes('VmRSS'), peakMB: megabytes('VmHWM') })}\n`,
  );
} finally {
  await webhook.kill();
  await server.close();
  await rm(dir, { recursive: true, force: true });
}
