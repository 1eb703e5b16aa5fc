/**
 * Requests a second through our transport against the client that @kubernetes/client-node generates, one and twenty
 * at a time, and how long a list of 10,000 pods takes to read. Everything talks to a TLS server in this process, so
 * the server's share of the time is in every figure.
 *
 *     node --import tsx bench/transport.ts
 */
import * as http2 from 'node:http2';
import type { AddressInfo } from 'node:net';
import { systemClock } from '../shared/clock.ts';
import { fixedCredentials } from '../shared/kube/credentials.ts';
import { readPod } from '../shared/kube/objects.ts';
import { createTransport } from '../shared/kube/transport.ts';
import { ANONYMOUS } from '../test/helpers/anonymous.ts';
import { testAuthority } from '../test/helpers/certificates.ts';

const NODE = JSON.stringify({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: {
    name: 'node-1',
    uid: 'u',
    resourceVersion: '1',
    labels: { 'topology.kubernetes.io/zone': 'a' },
  },
  spec: {},
  status: { conditions: [{ type: 'Ready', status: 'True' }] },
});
const RUN_MS = 2_000;

const authority = await testAuthority();
const server = http2.createSecureServer({ ...authority.server, allowHTTP1: true }, (_, response) => {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(NODE);
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;

async function requestsPerSecond(request: () => Promise<unknown>, atATime: number): Promise<number> {
  await request();
  const startMs = performance.now();
  let done = 0;
  const worker = async () => {
    while (performance.now() - startMs < RUN_MS) {
      await request();
      done += 1;
    }
  };
  await Promise.all(Array.from({ length: atATime }, worker));
  return Math.round((done * 1000) / (performance.now() - startMs));
}

const kube = createTransport({
  endpoint: {
    url: new URL(url),
    tls: { ca: authority.ca, insecure: false, serverName: undefined },
    proxy: undefined,
  },
  credentials: fixedCredentials(ANONYMOUS),
  headers: {},
  namespace: 'default',
  user: '',
  clock: systemClock,
  random: Math.random,
});
const ours = () => kube.request({ method: 'GET', path: '/api/v1/nodes/node-1' });

const { CoreV1Api, KubeConfig } = await import('@kubernetes/client-node');
const config = new KubeConfig();
config.loadFromClusterAndUser(
  { name: 'c', server: url, skipTLSVerify: false, caData: Buffer.from(authority.ca).toString('base64') },
  { name: 'u' },
);
const generated = config.makeApiClient(CoreV1Api);
const theirs = () => generated.readNode({ name: 'node-1' });

const report = (line: string) => process.stdout.write(`${line}\n`);
for (const atATime of [1, 20]) {
  report(`${atATime} at a time, requests/s: transport ${await requestsPerSecond(ours, atATime)}`);
  report(`${atATime} at a time, requests/s: client-node ${await requestsPerSecond(theirs, atATime)}`);
}
await kube.close();
server.close();

const pods = Array.from({ length: 10_000 }, (_, index) => ({
  metadata: {
    name: `ingester-${index}`,
    namespace: 'cortex',
    uid: `u-${index}`,
    resourceVersion: String(index),
    creationTimestamp: '2026-01-02T03:04:05Z',
    labels: { app: 'ingester', 'controller-revision-hash': 'ingester-1', name: 'x', zone: 'a' },
    annotations: { a: 'b' },
    ownerReferences: [
      { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'ingester', uid: 's', controller: true },
    ],
  },
  spec: {
    nodeName: `node-${index}`,
    containers: [
      { name: 'ingester', image: 'cortex:1' },
      { name: 'proxy', image: 'envoy:1' },
    ],
    volumes: [{ name: 'd', persistentVolumeClaim: { claimName: `d-${index}` } }],
  },
  status: {
    phase: 'Running',
    conditions: ['Initialized', 'Ready', 'ContainersReady', 'PodScheduled'].map((type) => ({
      type,
      status: 'True',
      lastTransitionTime: '2026-01-02T03:04:05Z',
    })),
    containerStatuses: ['ingester', 'proxy'].map((name) => ({
      name,
      ready: true,
      restartCount: 0,
      state: {},
    })),
  },
}));
const times = Array.from({ length: 5 }, () => {
  const startMs = performance.now();
  for (const pod of pods) readPod(pod);
  return performance.now() - startMs;
});
report(`readPod of 10,000 pods, ms, five times: ${times.map((ms) => ms.toFixed(0)).join(' ')}`);
process.exit();
