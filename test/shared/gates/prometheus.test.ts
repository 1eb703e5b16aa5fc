import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { systemClock } from '../../../shared/clock.ts';
import { UserError } from '../../../shared/errors.ts';
import { prometheusGate } from '../../../shared/gates/prometheus.ts';
import { askPrometheus } from '../../../shared/gates/prometheus-ask.ts';
import { parsePrometheusTarget } from '../../../shared/gates/prometheus-target.ts';
import { watchGates } from '../../../shared/gates/watch.ts';
import { fixedCredentials } from '../../../shared/kube/credentials.ts';
import { ConnectionError, type Kube } from '../../../shared/kube/kube.ts';
import { createTransport } from '../../../shared/kube/transport.ts';
import { ANONYMOUS } from '../../helpers/anonymous.ts';
import { fakeKube } from '../../helpers/fake-kube.ts';
import { json, type KubeServer, type Respond, startKubeServer, status } from '../../helpers/kube-server.ts';
import { manualClock } from '../../helpers/manual-clock.ts';
import { type LocalServer, startLocalServer } from './local-server.ts';

const QUERY = 'sum(rate(errors[5m])) / 3 > 0.1';
const NOTHING = { status: 'success', data: { resultType: 'vector', result: [] } };
const BAD = { status: 'error', errorType: 'bad_data', error: '1:4: parse error: unexpected "}" <é>' };

function gateAt(address: string, kube: Kube = fakeKube()) {
  const target = parsePrometheusTarget(address) ?? assert.fail(address);
  return prometheusGate(QUERY, askPrometheus(target, kube));
}

const never = new AbortController().signal;

describe('a Prometheus query as a gate', () => {
  it('has a name that fits on a line', () => {
    const ask = () => Promise.reject(new Error('not asked'));
    assert.deepEqual(prometheusGate('up ==\n  0', ask).names, ['Prometheus query up == 0']);
    const [name = ''] = prometheusGate(`sum(${'x'.repeat(500)})`, ask).names;
    assert.ok(name.length < 90 && name.endsWith('…'));
  });
});

describe('Prometheus under its own address', () => {
  let server: LocalServer;
  let handle: (response: ServerResponse) => void;
  beforeEach(async () => {
    server = await startLocalServer((_, response) => handle(response));
    handle = (response) => reply(response, 200, NOTHING);
  });
  afterEach(() => server.close());

  function reply(response: ServerResponse, code: number, body: unknown) {
    response.writeHead(code, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  }

  it('is asked an instant query, below its path prefix', async () => {
    assert.deepEqual(await gateAt(`${server.url}/prefix/`).check(never), [
      { name: `Prometheus query ${QUERY}`, state: 'open', reason: 'the query returns nothing' },
    ]);
    const [{ method, url, headers } = assert.fail()] = server.requests;
    assert.equal(method, 'GET');
    assert.equal(url.pathname, '/prefix/api/v1/query');
    assert.deepEqual([...url.searchParams], [['query', QUERY]]);
    assert.equal(headers.authorization, undefined);
    assert.match(headers['user-agent'] ?? '', /^kubectl-zone\//);
  });

  it('gets user and password of the URL as basic authentication', async () => {
    const url = new URL(server.url);
    url.username = 'me';
    url.password = 'p@ss:word';
    await gateAt(url.href).check(never);
    const [scheme, pair = ''] = server.requests[0]?.headers.authorization?.split(' ') ?? [];
    assert.equal(scheme, 'Basic');
    assert.equal(Buffer.from(pair, 'base64').toString(), 'me:p@ss:word');
  });

  it('closes with a series', async () => {
    const result = [{ metric: { zone: 'a' }, value: [1, '0.4'] }];
    handle = (response) =>
      reply(response, 200, { status: 'success', data: { resultType: 'vector', result } });
    const [state] = await gateAt(server.url).check(never);
    assert.equal(state?.state, 'closed');
    assert.equal(state?.reason, '{zone="a"} is 0.4');
  });

  it("says Prometheus' own message about a wrong query", async () => {
    handle = (response) => reply(response, 400, BAD);
    await assert.rejects(gateAt(server.url).check(never), {
      name: 'UserError',
      message: `Prometheus refuses the query: ${BAD.error}`,
    });
  });

  it('does not follow redirects, which lead to login pages', async () => {
    handle = (response) => response.writeHead(302, { location: 'https://login.example/' }).end();
    await assert.rejects(gateAt(server.url).check(never), {
      name: 'UserError',
      message: /is not a Prometheus API: .*\/api\/v1\/query redirects to https:\/\/login\.example/,
    });
    assert.equal(server.requests.length, 1);
  });

  it('refuses an answer that is far too long', async () => {
    handle = (response) => response.end('x'.repeat(5 * 2 ** 20));
    await assert.rejects(gateAt(server.url).check(never), {
      name: 'UserError',
      message: /more than 4 MB/,
    });
  });

  it('is unknown when it is not there, with the reason of the network', async () => {
    await server.close();
    await assert.rejects(gateAt(server.url).check(never), { name: 'Error', message: /ECONNREFUSED/ });
  });

  it('is refused when it is too slow, and the connection is closed', async () => {
    const hungUp = Promise.withResolvers<void>();
    handle = (response) => response.on('close', hungUp.resolve);
    const clock = manualClock();
    const watch = watchGates([gateAt(server.url)], { clock, random: () => 0 });
    const control = new AbortController();
    const started = watch.start(control.signal);
    await server.received(1);
    clock.advance(10_000);
    await assert.rejects(started, /^UserError: no answer from Prometheus, .*: no answer within 10s$/);
    await hungUp.promise;
    control.abort();
  });
});

describe('Prometheus behind the API server', () => {
  let server: KubeServer;
  let kube: Kube;
  let handle: (respond: Respond) => void;
  beforeEach(async () => {
    server = await startKubeServer({ handle: (_, respond) => handle(respond) });
    handle = (respond) => json(respond, 200, NOTHING);
    kube = createTransport({
      endpoint: {
        url: new URL(server.url),
        tls: { ca: server.authority.ca, insecure: false, serverName: undefined },
        proxy: undefined,
      },
      credentials: fixedCredentials({ ...ANONYMOUS, authorization: 'Bearer mine' }),
      headers: {},
      namespace: 'default',
      user: 'tester',
      clock: systemClock,
      random: () => 0,
    });
  });
  afterEach(async () => {
    await kube.close();
    await server.close();
  });

  const open = (address = 'svc:monitoring/https:prom:web/prefix') => gateAt(address, kube);

  async function rejection(): Promise<Error> {
    return open()
      .check(never)
      .then(
        () => assert.fail('it answered'),
        (error: Error) => error,
      );
  }

  it('is asked through the service proxy, with the rights of the operator', async () => {
    assert.equal((await open().check(never))[0]?.state, 'open');
    const [{ path, query, headers } = assert.fail()] = server.requests;
    assert.equal(
      decodeURIComponent(path),
      '/api/v1/namespaces/monitoring/services/https:prom:web/proxy/prefix/api/v1/query',
    );
    assert.deepEqual([...query], [['query', QUERY]]);
    assert.equal(headers.authorization, 'Bearer mine');
  });

  it("says Prometheus' own message about a wrong query", async () => {
    handle = (respond) => json(respond, 400, BAD);
    const error = await rejection();
    assert.ok(error instanceof UserError);
    assert.equal(error.message, `Prometheus refuses the query: ${BAD.error}`);
  });

  it("says the beginning of Prometheus' message when it is long", async () => {
    handle = (respond) => json(respond, 400, { ...BAD, error: `1:1: ${'long\n'.repeat(100)}` });
    const error = await rejection();
    assert.ok(error instanceof UserError);
    assert.match(error.message, /^Prometheus refuses the query: 1:1: long long/);
  });

  it("tells the API server's refusals from those of Prometheus", async () => {
    const refusals: [code: number, reason: string, fix: RegExp][] = [
      [403, 'Forbidden', /get services\/proxy/],
      [404, 'NotFound', /kubectl -n monitoring get services/],
      [400, 'BadRequest', /kubectl -n monitoring get services/],
    ];
    for (const [code, reason, fix] of refusals) {
      handle = (respond) => status(respond, code, reason);
      const error = await rejection();
      assert.ok(error instanceof UserError, reason);
      assert.match(
        error.message,
        /^cannot reach service monitoring\/https:prom:web through the API server: \w+ happened/,
      );
      assert.match(error.fix ?? '', fix);
    }
  });

  it('is unknown while the Service has no endpoints, and asked once only', async () => {
    handle = (respond) => status(respond, 503, 'ServiceUnavailable', { headers: { 'retry-after': '1' } });
    const error = await rejection();
    assert.ok(!(error instanceof UserError));
    assert.match(error.message, /ServiceUnavailable happened/);
    const asked = server.requests.filter(({ path }) => path.includes('/proxy/'));
    assert.equal(asked.length, 1);
  });

  it('is unknown while Prometheus itself fails, or the API server is not there', async () => {
    handle = (respond) => json(respond, 503, { status: 'error', errorType: 'timeout', error: 'timed out' });
    assert.equal((await rejection()).message, '503: timed out');
    await server.close();
    assert.ok((await rejection()) instanceof ConnectionError);
  });

  it('is given up with the signal', async () => {
    const control = new AbortController();
    const asked = Promise.withResolvers<void>();
    handle = () => asked.resolve();
    const checked = open().check(control.signal);
    await asked.promise;
    control.abort(new Error('no answer within 10s'));
    await assert.rejects(checked, /no answer within 10s/);
  });
});
