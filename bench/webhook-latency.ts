/**
 * How long the webhook takes for one decision, over TLS with 50 connections, without an API server: its answers come
 * from memory in the same process, as do the requests, so that the figure holds their work as well.
 *
 *   node --import tsx bench/webhook-latency.ts [REQUESTS]
 */
import { Agent, request } from 'node:https';
import { systemClock } from '../shared/clock.ts';
import { testAuthority } from '../test/helpers/certificates.ts';
import { listingPods } from '../test/webhook/admission/listed-pods.ts';
import { fakeApi } from '../test/webhook/helpers/fake-api.ts';
import { review } from '../test/webhook/helpers/harness.ts';
import { known } from '../test/webhook/helpers/known.ts';
import { createAdmitter } from '../webhook/admission/admitter.ts';
import { createApp } from '../webhook/api/app.ts';
import { createBodyReader } from '../webhook/server/body.ts';
import { listenHttps } from '../webhook/server/listen.ts';
import { silentLog } from '../webhook/telemetry/log.ts';

const CONNECTIONS = 50;
const requests = Number(process.argv[2] ?? 10_000);
const authority = await testAuthority();
const api = fakeApi();
api.budget('ingester', { maxUnavailable: 1 }, { 'zone-a': [100, 0], 'zone-b': [100, 0] });
const names = Array.from({ length: 200 }, (_, ordinal) => `ingester-${ordinal}`);
Object.assign(api.status('ingester'), { expectedReplicas: names.length });
names.forEach((name, ordinal) => void api.pod(name, { node: ordinal % 2 ? 'node-a' : 'node-b' }));

const tookMs: number[] = [];
const app = createApp({
  admitter: createAdmitter({
    kube: listingPods(api, names),
    clock: systemClock,
    random: Math.random,
    cluster: {
      ...known(),
      observe: () => ({ kind: 'problem', reason: 'no cache' }),
      ownerOf: () => ({ expected: true, versions: {} }),
      zoneOfNode: (node) => node.replace('node', 'zone'),
    },
    witness: { batch() {}, conflict() {} },
    log: silentLog,
  }),
  bind: async () => ({ allowed: true }),
  callers: { isApiServer: () => true },
  bodies: createBodyReader(),
  onTrusted() {},
  clock: systemClock,
  log: silentLog,
  onVerdict: (_eviction, _verdict, ms) => void tookMs.push(ms),
  onRefusal() {},
  version: 'bench',
  leaving: () => false,
});
const server = await listenHttps(app, { host: '127.0.0.1', port: 0 }, authority.server);
const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS, ca: authority.ca });

function ask(body: string): Promise<number> {
  const beganMs = performance.now();
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        agent,
        host: '127.0.0.1',
        port: server.port,
        path: '/evict',
        method: 'POST',
        headers: { 'content-length': Buffer.byteLength(body) },
      },
      (response) => response.resume().on('end', () => resolve(performance.now() - beganMs)),
    );
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

const roundTripsMs: number[] = [];
let sent = 0;
async function client(): Promise<void> {
  while (sent < requests) {
    sent += 1;
    const took = await ask(JSON.stringify(review(`ingester-${sent % 200}`)));
    if (sent > requests / 10) roundTripsMs.push(took);
  }
}
const beganMs = performance.now();
await Promise.all(Array.from({ length: CONNECTIONS }, client));
const perSecond = Math.round((requests / (performance.now() - beganMs)) * 1000);
agent.destroy();
await server.close();

const percentile = (values: readonly number[], share: number) =>
  Number((values.toSorted((a, b) => a - b)[Math.floor(values.length * share)] ?? 0).toFixed(2));
const figures = (values: readonly number[]) => ({
  p50: percentile(values, 0.5),
  p99: percentile(values, 0.99),
});
process.stdout.write(
  `${JSON.stringify({ requests, perSecond, decisionMs: figures(tookMs.slice(requests / 10)), roundTripMs: figures(roundTripsMs) })}\n`,
);
