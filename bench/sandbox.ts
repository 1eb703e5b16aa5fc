/**
 * How fast the sandbox is with 2,000 pods, over HTTPS with a bare HTTP/2 client: a full list, and the delay from
 * a change's answer to its watch event while other pods restart. Ends by itself after about half a minute.
 *
 * node --import tsx bench/sandbox.ts
 */
import { type ClientHttp2Session, connect } from 'node:http2';
import { performance } from 'node:perf_hooks';
import { createInterface } from 'node:readline';
import { startSandbox } from '../plugin/sandbox/sandbox.ts';

const PODS = 2000;
const LISTS = 10;
const CHANGES = 300;
const PODS_PATH = '/api/v1/namespaces/default/pods';

const sandbox = await startSandbox({ nodesPerZone: 5 });
const config = JSON.parse(sandbox.kubeconfig);
const session = connect(sandbox.url, {
  ca: Buffer.from(config.clusters[0].cluster['certificate-authority-data'], 'base64'),
});
const headers = { authorization: `Bearer ${config.users[0].user.token}`, accept: 'application/json' };

try {
  const started = performance.now();
  await call(session, 'POST', '/apis/apps/v1/namespaces/default/statefulsets', statefulSet());
  while ((await readyReplicas()) < PODS) await new Promise((resolve) => setTimeout(resolve, 200));
  print('2,000 pods from creation to ready', performance.now() - started);

  const lists: number[] = [];
  let sizeBytes = 0;
  for (let round = 0; round < LISTS; round++) {
    const before = performance.now();
    const text = await call(session, 'GET', PODS_PATH);
    sizeBytes = text.length;
    lists.push(performance.now() - before);
  }
  print(`full list (${(sizeBytes / 1e6).toFixed(1)} MB), median`, median(lists));
  print('full list, slowest', Math.max(...lists));

  const delays = await watchDelays();
  print('change to watch event, median', median(delays));
  print(
    'change to watch event, p99',
    delays.toSorted((a, b) => a - b)[Math.floor(delays.length * 0.99)] ?? 0,
  );
  print('resident memory, MB', process.memoryUsage.rss() / 1e6, '');
} finally {
  session.destroy();
  await sandbox.stop();
}

/** Labels pods one after another while 100 others restart; milliseconds from sending each to its event. */
async function watchDelays(): Promise<number[]> {
  const sent = new Map<string, number>();
  const delays: number[] = [];
  const list = JSON.parse(await call(session, 'GET', `${PODS_PATH}?limit=1`));
  const version = list.metadata.resourceVersion;
  const stream = session.request({ ...headers, ':path': `${PODS_PATH}?watch=1&resourceVersion=${version}` });
  createInterface({ input: stream }).on('line', (line) => {
    const key = /"bench":"(\d+)"/.exec(line)?.[1];
    const at = key === undefined ? undefined : sent.get(key);
    if (key === undefined || at === undefined) return;
    sent.delete(key);
    delays.push(performance.now() - at);
  });
  for (let restarted = 0; restarted < 100; restarted++)
    await call(session, 'DELETE', `${PODS_PATH}/load-${PODS - 1 - restarted}`);
  for (let change = 0; change < CHANGES; change++) {
    sent.set(String(change), performance.now());
    const patch = { metadata: { labels: { bench: String(change) } } };
    await call(session, 'PATCH', `${PODS_PATH}/load-${change}`, patch);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  stream.close();
  return delays;
}

async function readyReplicas(): Promise<number> {
  const set = JSON.parse(await call(session, 'GET', '/apis/apps/v1/namespaces/default/statefulsets/load'));
  return set.status?.readyReplicas ?? 0;
}

function statefulSet(): object {
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 'load' },
    spec: {
      replicas: PODS,
      podManagementPolicy: 'Parallel',
      updateStrategy: { type: 'OnDelete' },
      selector: { matchLabels: { app: 'load' } },
      template: {
        metadata: {
          labels: { app: 'load' },
          annotations: { 'sim.kubectl-zone.dev/start': '500ms', 'sim.kubectl-zone.dev/start-max': '3s' },
        },
        spec: { containers: [{ name: 'main', image: 'load:1' }] },
      },
    },
  };
}

function call(client: ClientHttp2Session, method: string, path: string, body?: object): Promise<string> {
  return new Promise((resolve, reject) => {
    const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
    const stream = client.request({ ...headers, 'content-type': type, ':method': method, ':path': path });
    const chunks: Buffer[] = [];
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('error', reject);
    stream.on('end', () => resolve(Buffer.concat(chunks).toString()));
    stream.end(body ? JSON.stringify(body) : undefined);
  });
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
}

function print(what: string, value: number, unit = ' ms'): void {
  process.stdout.write(`${what.padEnd(48)} ${value.toFixed(1)}${unit}\n`);
}
