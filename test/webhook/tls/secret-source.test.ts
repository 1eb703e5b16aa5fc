import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { describe, it } from 'node:test';
import { connect } from 'node:tls';
import { Hono } from 'hono';
import { listenHttps } from '../../../webhook/server/listen.ts';
import { silentLog } from '../../../webhook/telemetry/log.ts';
import { bundleOf } from '../../../webhook/tls/plan.ts';
import { materialIn, readSecret } from '../../../webhook/tls/secret.ts';
import { openSecretSource } from '../../../webhook/tls/secret-source.ts';
import type { Served } from '../../../webhook/tls/source.ts';
import { type FakeKube, fakeKube } from '../../helpers/fake-kube.ts';
import { type ManualClock, manualClock } from '../../helpers/manual-clock.ts';

const DAY_MS = 24 * 60 * 60_000;
const PATH = '/api/v1/namespaces/system/secrets';
const NAME = 'webhook-tls';

function open(kube: FakeKube, clock: ManualClock) {
  return openSecretSource({
    kube,
    secret: { namespace: 'system', name: NAME },
    policy: {
      names: ['127.0.0.1'],
      authorityLifetimeMs: 360 * DAY_MS,
      serverLifetimeMs: 90 * DAY_MS,
      settleMs: 600_000,
    },
    clock,
    random: () => 0,
    log: silentLog,
  });
}

const stored = (kube: FakeKube) => materialIn(readSecret(kube.get(PATH, NAME)));

describe('certificates in a Secret', () => {
  it('are made once by replicas that start together, and shared', async (t) => {
    const kube = fakeKube();
    const clock = manualClock();
    const sources = await Promise.all([open(kube, clock), open(kube, clock), open(kube, clock)]);
    t.after(() => Promise.all(sources.map((source) => source.stop())));
    const certificates = new Set(sources.map(({ current }) => current.server.cert));
    assert.equal(certificates.size, 1);
    assert.deepEqual(
      kube.requests.filter(({ method }) => method === 'PUT'),
      [],
    );
  });

  it('replace what cannot be used', async (t) => {
    const kube = fakeKube();
    kube.put(PATH, { metadata: { name: NAME }, type: 'Opaque', data: { 'tls.crt': 'bm9uc2Vuc2U=' } });
    const source = await open(kube, manualClock());
    t.after(() => source.stop());
    assert.equal(stored(kube)?.server.cert, source.current.server.cert);
    assert.equal(kube.get(PATH, NAME)?.type, 'Opaque');
  });

  it('are renewed before they end, by one replica, and taken over by the other', async (t) => {
    const kube = fakeKube();
    const clock = manualClock();
    const [one, two] = await Promise.all([open(kube, clock), open(kube, clock)]);
    t.after(() => Promise.all([one.stop(), two.stop()]));
    const first = one.current.server.cert;
    const changed = [one, two].map((source) => new Promise<Served>((resolve) => source.onChange(resolve)));
    while (stored(kube)?.server.cert === first) {
      clock.advance(DAY_MS);
      await new Promise((resolve) => setImmediate(resolve));
    }
    const [a, b] = await Promise.all(changed);
    assert.equal(a?.server.cert, b?.server.cert);
    const endsMs = Date.parse(new X509Certificate(first).validTo);
    assert.ok(clock.nowMs() < endsMs);
  });

  it('are served to new connections without a refused one, each trusted by the bundle of its time', async (t) => {
    const kube = fakeKube();
    // TLS clients look at the real time.
    const clock = manualClock(Date.now());
    const source = await open(kube, clock);
    const app = new Hono();
    const server = await listenHttps(app, { host: '127.0.0.1', port: 0 }, source.current.server);
    t.after(async () => {
      await source.stop();
      await server.close();
    });
    let bundle = source.current.caBundle ?? '';
    const greet = async () => {
      const socket = connect({ port: server.port, host: '127.0.0.1', ca: bundle });
      await once(socket, 'secureConnect');
      const { fingerprint256 } = socket.getPeerCertificate();
      socket.destroy();
      return fingerprint256;
    };
    const before = await greet();
    const changed = new Promise<void>((resolve) =>
      source.onChange((served) => {
        server.setCertificate(served.server);
        bundle = served.caBundle ?? '';
        resolve();
      }),
    );
    kube.remove(PATH, NAME);
    await changed;
    assert.notEqual(await greet(), before);
    const material = stored(kube);
    assert.ok(material);
    assert.equal(bundle, bundleOf(material));
  });
});
