import assert from 'node:assert/strict';
import { afterEach, before, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { systemClock } from '../../../shared/clock.ts';
import { CredentialError, fixedCredentials } from '../../../shared/kube/credentials.ts';
import { ApiError, ConnectionError, type Kube } from '../../../shared/kube/kube.ts';
import { createTransport, type TransportOptions } from '../../../shared/kube/transport.ts';
import { ANONYMOUS } from '../../helpers/anonymous.ts';
import { type TestAuthority, testAuthority } from '../../helpers/certificates.ts';
import {
  json,
  type KubeServer,
  type KubeServerOptions,
  type Respond,
  startKubeServer,
  status,
} from '../../helpers/kube-server.ts';
import { manualClock } from '../../helpers/manual-clock.ts';
import { startTcpRelay } from '../../helpers/tcp-relay.ts';

describe('transport', () => {
  let authority: TestAuthority;
  const servers: KubeServer[] = [];
  const kubes: Kube[] = [];
  before(async () => {
    authority = await testAuthority();
  });
  afterEach(async () => {
    for (const kube of kubes.splice(0)) await kube.close();
    for (const server of servers.splice(0)) await server.close();
  });

  async function serve(handle: KubeServerOptions['handle'], options: Partial<KubeServerOptions> = {}) {
    const server = await startKubeServer({ authority, handle, ...options });
    servers.push(server);
    return server;
  }

  function open(server: KubeServer, options: Partial<TransportOptions> = {}): Kube {
    const kube = createTransport({
      endpoint: {
        url: new URL(server.url),
        tls: { ca: authority.ca, insecure: false, serverName: undefined },
        proxy: undefined,
      },
      credentials: fixedCredentials({ ...ANONYMOUS, authorization: 'Bearer one' }),
      headers: { 'user-agent': 'test' },
      namespace: 'default',
      user: 'tester',
      clock: systemClock,
      random: () => 0,
      ...options,
    });
    kubes.push(kube);
    return kube;
  }

  for (const http1Only of [false, true]) {
    describe(http1Only ? 'over HTTP/1.1' : 'over HTTP/2', () => {
      it('sends method, path, query, body and headers, and parses the answer', async () => {
        const server = await serve((_, respond) => json(respond, 201, { kind: 'Pod' }), { http1Only });
        const answer = await open(server).request({
          method: 'PATCH',
          path: '/api/v1/pods/%C3%A9',
          query: { fieldManager: 'kubectl zone', dryRun: undefined, force: true },
          body: { metadata: { labels: { é: '1' } } },
          patch: 'apply',
        });
        assert.deepEqual(answer, { kind: 'Pod' });
        const [seen] = server.requests;
        assert.equal(seen?.httpVersion, http1Only ? '1.1' : '2.0');
        assert.equal(seen?.method, 'PATCH');
        assert.equal(seen?.query.toString(), 'fieldManager=kubectl+zone&force=true');
        assert.deepEqual(seen?.body, { metadata: { labels: { é: '1' } } });
        assert.equal(seen?.headers['content-type'], 'application/apply-patch+yaml');
        assert.equal(seen?.headers.authorization, 'Bearer one');
        assert.equal(seen?.headers['user-agent'], 'test');
      });

      it('turns a Status into an ApiError with its causes', async () => {
        const details = { causes: [{ reason: 'DisruptionBudget', message: 'needs 2' }] };
        const server = await serve((_, respond) => status(respond, 409, 'Conflict', { details }), {
          http1Only,
        });
        await assert.rejects(open(server).request({ method: 'PUT', path: '/x', body: {} }), (error) => {
          assert.ok(error instanceof ApiError);
          assert.equal(error.code, 409);
          assert.equal(error.reason, 'Conflict');
          assert.deepEqual(error.causes, details.causes);
          return true;
        });
        assert.equal(server.requests.length, 1);
      });

      it('hands over text as it came, such as a log', async () => {
        const server = await serve(
          (_, respond) => {
            respond.writeHead(200, { 'content-type': 'text/plain' });
            respond.end('{"level":"error"}\n');
          },
          { http1Only },
        );
        const answer = await open(server).request({ method: 'GET', path: '/api/v1/pods/db-0/log' });
        assert.equal(answer, '{"level":"error"}\n');
      });

      it('streams a watch beside other requests and ends it alone', async () => {
        const opened: Respond[] = [];
        const server = await serve(
          ({ query }, respond) => {
            if (query.get('watch') !== 'true') return json(respond, 200, {});
            opened.push(respond);
            respond.writeHead(200, { 'content-type': 'application/json' });
            respond.write('{"type":"ADDED","object":{"n":1}}\n{"type":"BOOK');
            respond.write('MARK","object":{"n":2}}\n');
          },
          { http1Only },
        );
        const kube = open(server);
        const stop = new AbortController();
        const other = kube
          .watch({ path: '/other', resourceVersion: '7', signal: new AbortController().signal })
          [Symbol.asyncIterator]();
        await other.next();
        const seen: string[] = [];
        const watching = (async () => {
          const events = kube.watch({ path: '/pods', resourceVersion: '7', signal: stop.signal });
          for await (const { type } of events) {
            seen.push(type);
            if (type === 'BOOKMARK') stop.abort(new Error('enough'));
          }
        })();
        await assert.rejects(watching, /enough/);
        assert.deepEqual(seen, ['ADDED', 'BOOKMARK']);
        assert.deepEqual(await kube.request({ method: 'GET', path: '/y' }), {});
        assert.equal((await other.next()).value?.type, 'BOOKMARK');
        const watch = server.requests.find(({ path }) => path === '/pods');
        assert.equal(watch?.query.get('allowWatchBookmarks'), 'true');
        assert.equal(watch?.query.get('resourceVersion'), '7');
        assert.ok(Number(watch?.query.get('timeoutSeconds')) >= 300);
        await other.return?.();
      });

      it('says that a watch is open before it has events', async () => {
        const server = await serve(
          (_, respond) => {
            respond.writeHead(200, { 'content-type': 'application/json' });
            respond.write('\n');
          },
          { http1Only },
        );
        const opened = Promise.withResolvers<void>();
        const stop = new AbortController();
        const watch = { path: '/pods', resourceVersion: '1', signal: stop.signal, onOpen: opened.resolve };
        const next = open(server).watch(watch)[Symbol.asyncIterator]().next();
        await opened.promise;
        stop.abort(new Error('enough'));
        await assert.rejects(next, /enough/);
      });

      it('notices that a watch was cut, and connects again', async () => {
        const server = await serve(
          ({ query }, respond) => {
            if (query.get('watch') !== 'true') return json(respond, 200, { ok: true });
            respond.writeHead(200, { 'content-type': 'application/json' });
            respond.write('{"type":"ADDED","object":{}}\n');
          },
          { http1Only },
        );
        const kube = open(server);
        const { signal } = new AbortController();
        const events = kube.watch({ path: '/pods', resourceVersion: '1', signal })[Symbol.asyncIterator]();
        await events.next();
        server.cut();
        await assert.rejects(events.next(), ConnectionError);
        assert.deepEqual(await kube.request({ method: 'GET', path: '/x' }), { ok: true });
      });

      it('does not send a write again that may have arrived, but a read', async () => {
        let cutNext = true;
        const server = await serve(
          (_, respond) => {
            if (cutNext) respond.stream?.session?.destroy() ?? respond.socket?.destroy();
            else json(respond, 200, {});
            cutNext = false;
          },
          { http1Only },
        );
        const kube = open(server);
        await assert.rejects(kube.request({ method: 'POST', path: '/a', body: {} }), ConnectionError);
        assert.equal(server.requests.length, 1);
        cutNext = true;
        assert.deepEqual(await kube.request({ method: 'GET', path: '/b' }), {});
        assert.deepEqual(
          server.requests.map(({ path }) => path),
          ['/a', '/b', '/b'],
        );
      });

      it('unpacks gzip', async () => {
        const server = await serve(
          (_, respond) => {
            respond.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' });
            respond.end(gzipSync('{"items":[]}'));
          },
          { http1Only },
        );
        assert.deepEqual(await open(server).request({ method: 'GET', path: '/x' }), { items: [] });
      });
    });
  }

  it('uses one HTTP/2 connection for many requests at a time', async () => {
    const server = await serve((_, respond) => json(respond, 200, {}));
    const kube = open(server);
    await Promise.all(Array.from({ length: 300 }, (_, i) => kube.request({ method: 'GET', path: `/${i}` })));
    assert.equal(server.requests.length, 300);
    assert.equal(server.connections(), 1);
  });

  it('moves to another connection after GOAWAY while the old one ends in peace', async () => {
    const waiting: Respond[] = [];
    const slowArrived = Promise.withResolvers<void>();
    const server = await serve(({ path }, respond) => {
      if (path !== '/slow') return json(respond, 200, {});
      waiting.push(respond);
      slowArrived.resolve();
    });
    const kube = open(server);
    const slow = kube.request({ method: 'POST', path: '/slow', body: {} });
    await slowArrived.promise;
    server.goaway();
    for (let i = 0; i < 20; i += 1) await kube.request({ method: 'POST', path: '/quick', body: {} });
    for (const respond of waiting) json(respond, 200, { done: true });
    assert.deepEqual(await slow, { done: true });
    assert.equal(server.connections(), 2);
  });

  describe('repetition', () => {
    const overloaded = (respond: Respond, headers = {}) =>
      status(respond, 429, 'TooManyRequests', { headers });

    it('waits as Retry-After says, on any method', async () => {
      const clock = manualClock();
      const server = await serve((_, respond) => {
        if (server.requests.length === 1) overloaded(respond, { 'retry-after': '7' });
        else json(respond, 200, { ok: true });
      });
      const answer = open(server, { clock }).request({ method: 'POST', path: '/x', body: {} });
      assert.equal(await clock.scheduled((delayMs) => delayMs < 10_000), 7000);
      assert.equal(server.requests.length, 1);
      clock.advance(7000);
      assert.deepEqual(await answer, { ok: true });
    });

    it('hands a 429 over at once when told never to repeat', async () => {
      const server = await serve((_, respond) => overloaded(respond, { 'retry-after': '1' }));
      const request = open(server).request({ method: 'POST', path: '/x', body: {}, retry: 'never' });
      await assert.rejects(request, { code: 429, retryAfterMs: 1000 });
      assert.equal(server.requests.length, 1);
    });

    it('does not wait for longer than the request has', async () => {
      const server = await serve((_, respond) => overloaded(respond, { 'retry-after': '60' }));
      await assert.rejects(open(server).request({ method: 'GET', path: '/x' }), { code: 429 });
      assert.equal(server.requests.length, 1);
    });

    it('gives up at timeoutMs when there is no answer', async () => {
      const clock = manualClock();
      const arrived = Promise.withResolvers<void>();
      const server = await serve(() => arrived.resolve());
      const answer = open(server, { clock }).request({ method: 'GET', path: '/x', timeoutMs: 5000 });
      await arrived.promise;
      clock.advance(5000);
      await assert.rejects(answer, /did not answer within 5 s/);
    });

    it('ends with the reason of the caller’s signal', async () => {
      const stop = new AbortController();
      const server = await serve(() => stop.abort(new Error('changed my mind')));
      const request = open(server).request({ method: 'GET', path: '/x', signal: stop.signal });
      await assert.rejects(request, /changed my mind/);
    });

    it('says why it cannot connect', async () => {
      const server = await serve(() => {});
      await server.close();
      const kube = open(server, { clock: { ...systemClock, schedule: quickRetries } });
      await assert.rejects(kube.request({ method: 'POST', path: '/x' }), /connection refused/);
    });

    it('does not trust a stranger’s certificate', async () => {
      const stranger = await testAuthority();
      const server = await serve((_, respond) => json(respond, 200, {}), { authority: stranger });
      await assert.rejects(open(server).request({ method: 'GET', path: '/x' }), /cannot trust/);
    });
  });

  it('notices by an unanswered ping that the connection is dead', async () => {
    const clock = manualClock();
    const server = await serve((_, respond) => {
      respond.writeHead(200, { 'content-type': 'application/json' });
      respond.write('{"type":"ADDED","object":{}}\n');
    });
    const relay = await startTcpRelay(server.port);
    const kube = open({ ...server, url: `https://127.0.0.1:${relay.port}` }, { clock });
    const { signal } = new AbortController();
    const events = kube.watch({ path: '/pods', resourceVersion: '1', signal })[Symbol.asyncIterator]();
    await events.next();
    relay.swallow();
    const next = events.next();
    clock.advance(15_000);
    clock.advance(10_000);
    await assert.rejects(next, /no answer for/);
    await relay.close();
  });

  it('asks whether the connection still lives before it sends a write after a long silence', async () => {
    const clock = manualClock();
    const server = await serve((_, respond) => json(respond, 200, {}));
    const relay = await startTcpRelay(server.port);
    const kube = open({ ...server, url: `https://127.0.0.1:${relay.port}` }, { clock });
    await kube.request({ method: 'POST', path: '/', body: {} });
    await clock.quiet();
    relay.swallow();
    clock.advance(3_600_000);
    const answer = kube.request({ method: 'POST', path: '/', body: {} });
    await clock.scheduled((delayMs) => delayMs === 10_000);
    relay.deliver();
    clock.advance(10_000);
    await clock.scheduled((delayMs) => delayMs < 1000);
    clock.advance(1000);
    assert.deepEqual(await answer, {});
    assert.equal(relay.connections(), 2);
    await relay.close();
  });

  it('repeats a request with renewed credentials after 401', async () => {
    let renewals = 0;
    const renewed = { ...ANONYMOUS, authorization: 'Bearer two' };
    const server = await serve(({ headers }, respond) =>
      headers.authorization === 'Bearer two' ? json(respond, 200, {}) : status(respond, 401, 'Unauthorized'),
    );
    const kube = open(server, {
      credentials: {
        current: async () => ({ ...ANONYMOUS, authorization: 'Bearer one' }),
        renew: async () => {
          renewals += 1;
          return renewed;
        },
        source: 'test',
        close() {},
      },
    });
    assert.deepEqual(await kube.request({ method: 'POST', path: '/x', body: {} }), {});
    assert.equal(renewals, 1);
    assert.equal(server.requests.length, 2);
  });

  it('takes a 401 for an answer at first, and for a lost connection once the credentials were accepted', async () => {
    let accept = false;
    const server = await serve(({ path }, respond) => {
      if (path.includes('/proxy/')) json(respond, 401, { error: 'log in to Prometheus' });
      else if (accept) json(respond, 200, {});
      else status(respond, 401, 'Unauthorized');
    });
    const expired = Buffer.from(JSON.stringify({ exp: 1_000_000_000 })).toString('base64url');
    const credential = { ...ANONYMOUS, authorization: `Bearer x.${expired}.y` };
    const kube = open(server, {
      credentials: fixedCredentials(credential, 'token file /run/token'),
      clock: { ...systemClock, schedule: quickRetries },
    });
    const refused = { name: 'ApiError', code: 401 };
    await assert.rejects(kube.request({ method: 'GET', path: '/x' }), refused);
    accept = true;
    await kube.request({ method: 'GET', path: '/x' });
    accept = false;
    await assert.rejects(kube.request({ method: 'POST', path: '/x', body: {} }), (error) => {
      assert.ok(error instanceof CredentialError);
      assert.match(
        error.message,
        /no longer accepts the credentials of the token file \/run\/token \(401: its token expired at 2001-09-09/,
      );
      return true;
    });
    await assert.rejects(kube.request({ method: 'GET', path: '/services/prometheus/proxy/' }), refused);
  });

  it('names the source of the credentials, not the server, when that is what it waits for', async () => {
    const server = await serve((_, respond) => json(respond, 200, {}));
    const clock = manualClock();
    const never = new Promise<never>(() => {});
    const kube = open(server, {
      credentials: {
        source: 'credential plugin login',
        current: () => never,
        renew: () => never,
        close() {},
      },
      clock,
    });
    const answer = kube.request({ method: 'GET', path: '/x' });
    clock.advance(30_000);
    await assert.rejects(
      answer,
      /^ConnectionError: the credential plugin login has returned no credentials within 30 s/,
    );
  });

  it('opens a connection with the new client certificate after a renewal', async () => {
    const old = { ...ANONYMOUS, ...(await authority.client('old')) };
    const fresh = { ...ANONYMOUS, ...(await authority.client('fresh')) };
    let held = old;
    const server = await serve(({ clientName }, respond) => json(respond, 200, { clientName }));
    const kube = open(server, {
      credentials: { source: 'test', current: async () => held, renew: async () => undefined, close() {} },
    });
    assert.deepEqual(await kube.request({ method: 'GET', path: '/' }), { clientName: 'old' });
    held = fresh;
    assert.deepEqual(await kube.request({ method: 'GET', path: '/' }), { clientName: 'fresh' });
  });

  it('learns the server’s clock from its Date headers', async () => {
    const aheadMs = 3_600_000;
    const server = await serve((_, respond) =>
      json(respond, 200, {}, { date: new Date(Date.now() + aheadMs).toUTCString() }),
    );
    const kube = open(server);
    assert.ok(Math.abs(kube.serverNowMs() - Date.now()) < 60_000);
    await kube.request({ method: 'GET', path: '/' });
    assert.ok(Math.abs(kube.serverNowMs() - Date.now() - aheadMs) < 60_000);
  });
});

/** Runs short waits at once, and leaves the deadlines alone. */
function quickRetries(delayMs: number, run: () => void): () => void {
  return systemClock.schedule(delayMs < 5000 ? 0 : delayMs, run);
}
