import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { systemClock } from '../../../shared/clock.ts';
import { UserError } from '../../../shared/errors.ts';
import type { RingPod } from '../../../shared/gates/decide/ring/members.ts';
import { ringGate } from '../../../shared/gates/ring.ts';
import { parseRingTarget } from '../../../shared/gates/ring-target.ts';
import { type GateWatch, watchGates } from '../../../shared/gates/watch.ts';
import { fixedCredentials } from '../../../shared/kube/credentials.ts';
import { ConnectionError, type Kube } from '../../../shared/kube/kube.ts';
import { createTransport } from '../../../shared/kube/transport.ts';
import { ANONYMOUS } from '../../helpers/anonymous.ts';
import {
  json,
  type KubeServer,
  type Respond,
  type SeenRequest,
  startKubeServer,
  status,
} from '../../helpers/kube-server.ts';
import { manualClock } from '../../helpers/manual-clock.ts';
import { pod } from './decide/ring/pages.ts';

const NOW = '2026-01-01T12:00:00Z';
const never = new AbortController().signal;

function shard(id: string, state = 'ACTIVE', timestamp = NOW) {
  return { id, state, address: '10.0.0.1:9095', timestamp, zone: 'zone-a', tokens: [] };
}

const ring = (...shards: object[]) => ({ shards, now: NOW });
const isPage = ({ path }: SeenRequest) => path.includes('/proxy/');

function html(respond: Respond) {
  respond.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end('<!DOCTYPE html><html></html>');
}

describe('a hash ring as a gate', () => {
  let server: KubeServer;
  let kube: Kube;
  let pods: RingPod[];
  let ports: object[];
  let named: string[];
  let page: (respond: Respond, request: SeenRequest) => void;

  beforeEach(async () => {
    pods = [
      pod('i-0', { readySinceMs: 2 }),
      pod('i-1', { readySinceMs: 1 }),
      pod('i-2', { readySinceMs: 3 }),
    ];
    ports = [{ name: 'http-metrics', containerPort: 8080 }];
    named = pods.map(({ name }) => name);
    page = (respond) => json(respond, 200, ring(shard('i-0'), shard('i-1'), shard('i-2')));
    server = await startKubeServer({
      handle(request, respond) {
        if (isPage(request)) return page(respond, request);
        const name = request.query.get('fieldSelector')?.replace('metadata.name=', '') ?? '';
        const items = named.includes(name) ? [{ metadata: { name }, spec: { containers: [{ ports }] } }] : [];
        json(respond, 200, { kind: 'PodList', items });
      },
    });
    kube = createTransport({
      endpoint: {
        url: new URL(server.url),
        tls: { ca: server.authority.ca, insecure: false, serverName: undefined },
        proxy: undefined,
      },
      credentials: fixedCredentials({ ...ANONYMOUS, authorization: 'Bearer mine' }),
      headers: {},
      namespace: 'cortex',
      user: 'tester',
      clock: systemClock,
      random: () => 0,
    });
  });
  afterEach(async () => {
    await kube.close();
    await server.close();
  });

  const open = (text = '/ring', changes: { ignoreForgotten?: boolean; timeoutMs?: number } = {}) =>
    ringGate(
      {
        target: parseRingTarget(text) ?? assert.fail(text),
        text,
        forgetAfterMs: 600_000,
        ignoreForgotten: changes.ignoreForgotten ?? false,
      },
      {
        kube,
        workload: { namespace: 'cortex', pods: () => pods },
        timeoutMs: changes.timeoutMs ?? 10_000,
      },
    );
  const rejection = (text?: string): Promise<Error> =>
    open(text)
      .check(never)
      .then(
        () => assert.fail('it answered'),
        (error: Error) => error,
      );
  const asked = () => server.requests.filter(isPage).map(({ path }) => decodeURIComponent(path));

  it('is asked through the proxy of the pod that has been ready for longest, as JSON', async () => {
    assert.deepEqual(await open().check(never), [
      { name: 'hash ring /ring', state: 'open', reason: '3 of 3 members are ACTIVE' },
    ]);
    assert.deepEqual(asked(), ['/api/v1/namespaces/cortex/pods/i-1:8080/proxy/ring']);
    const { headers, method } = server.requests.find(isPage) ?? assert.fail();
    assert.deepEqual([method, headers.accept], ['GET', 'application/json']);
    assert.equal(headers.authorization, 'Bearer mine');
  });

  it('is asked on the port and with the scheme that are given; the port is looked up once', async () => {
    const gate = open('https:/ring:http-metrics');
    await gate.check(never);
    await gate.check(never);
    assert.deepEqual(asked(), Array(2).fill('/api/v1/namespaces/cortex/pods/https:i-1:8080/proxy/ring'));
    assert.equal(server.requests.length, 3);
    await open('/ring:9').check(never);
    assert.match(asked()[2] ?? '', /\/i-1:9\//);
  });

  it('refuses the name of a port that the pod does not have', async () => {
    const error = await rejection('/ring:web');
    assert.ok(error instanceof UserError);
    assert.match(error.message, /no container of pod i-1 has a port named "web"/);
  });

  it('asks another pod where the one to be asked has just gone', async () => {
    named = named.filter((name) => name !== 'i-1');
    assert.equal((await open('/ring:http-metrics').check(never))[0]?.state, 'open');
    assert.deepEqual(asked(), ['/api/v1/namespaces/cortex/pods/i-0:8080/proxy/ring']);
  });

  it('is asked through the proxy of a Service', async () => {
    assert.equal((await open('svc:cortex/distributor:web/ring').check(never))[0]?.state, 'open');
    assert.deepEqual(asked(), ['/api/v1/namespaces/cortex/services/distributor:web/proxy/ring']);
  });

  it('closes while a member is not ACTIVE, and says since when it has been seen so', async () => {
    const gate = open();
    const shards = [shard('i-0'), shard('i-1', 'LEAVING'), shard('i-2')];
    page = (respond) => json(respond, 200, ring(...shards));
    await gate.check(never);
    page = (respond) => json(respond, 200, { shards, now: '2026-01-01T12:00:09Z' });
    assert.deepEqual(await gate.check(never), [
      {
        name: 'hash ring /ring',
        state: 'closed',
        reason: 'i-1 (zone-a) is LEAVING, first seen at 2026-01-01T12:00:00Z',
      },
    ]);
  });

  it('keeps terminal control out of the reason', async () => {
    page = (respond) => json(respond, 200, ring(shard('i-0'), shard('\u001b[31mbad\u202e', 'LEAVING')));
    const [state] = await open().check(never);
    assert.match(state?.reason ?? '', /^bad +\(zone-a\) is LEAVING/);
  });

  it('asks another pod when one fails, and names them all when three do', async () => {
    page = (respond, { path }) => {
      if (path.includes('i-1')) status(respond, 503, 'ServiceUnavailable');
      else json(respond, 200, ring(shard('i-0')));
    };
    assert.equal((await open().check(never))[0]?.state, 'open');
    assert.deepEqual(
      asked().map((path) => /i-\d/.exec(path)?.[0]),
      ['i-1', 'i-0'],
    );

    pods.push(pod('i-3', { readySinceMs: 9 }));
    page = (respond) => respond.writeHead(500).end('too many\nfailed members');
    const error = await rejection();
    assert.ok(!(error instanceof UserError));
    assert.match(error.message, /\/ring of pod i-1 answered 500.*; .*of pod i-0.*; .*of pod i-2/);
    assert.match(error.message, /too many failed members/);
    assert.doesNotMatch(error.message, /i-3/);
  });

  it('asks another pod when one does not answer in its share of the time', async () => {
    page = (respond, { path }) => {
      if (!path.includes('i-1')) json(respond, 200, ring(shard('i-0')));
    };
    assert.equal((await open('/ring', { timeoutMs: 300 }).check(never))[0]?.state, 'open');
  });

  it('is unknown while no pod is available, and asks none', async () => {
    pods = [pod('i-0', { readySinceMs: undefined })];
    const error = await rejection();
    assert.ok(!(error instanceof UserError));
    assert.match(error.message, /none of its pods is available/);
    assert.deepEqual(asked(), []);
  });

  it('is a mistake of the operator when the page is not there or shows no ring', async () => {
    const answers: [handle: (respond: Respond) => void, message: RegExp][] = [
      [(respond) => respond.writeHead(404).end('404 page not found'), /it answered 404/],
      [(respond) => respond.writeHead(302, { location: '/login' }).end(), /it answered 302/],
      [html, /it answered with HTML instead of JSON/],
      [(respond) => json(respond, 200, { partitions: [] }), /it shows partitions/],
      [(respond) => json(respond, 200, { hello: 'world' }), /unexpected answer/],
      [(respond) => json(respond, 200, { shards: null, now: NOW }), /the ring has no members/],
      [(respond) => json(respond, 200, ring(shard('store-0'))), /such as store-0, is a pod of the workload/],
    ];
    for (const [handle, message] of answers) {
      page = handle;
      const error = await rejection();
      assert.ok(error instanceof UserError, error.message);
      assert.match(error.message, /^\/ring .*is not a hash ring page: |^\/ring is not/);
      assert.match(error.message, message);
      assert.match(
        error.fix ?? '',
        /\/ingester\/ring \(Mimir, Tempo\).*Cortex serves .* on its distributors.*svc:NAMESPACE\/distributor/,
      );
    }
  });

  it("tells the API server's refusals from those of the pod", async () => {
    page = (respond) => status(respond, 403, 'Forbidden');
    const refused = await rejection();
    assert.ok(refused instanceof UserError);
    assert.match(
      refused.message,
      /^cannot reach \/ring of pod i-1 through the API server: Forbidden happened/,
    );
    assert.match(refused.fix ?? '', /get pods\/proxy in cortex/);
    assert.equal(asked().length, 1);

    page = (respond) => respond.writeHead(403).end('no');
    const own = await rejection();
    assert.ok(own instanceof UserError);
    assert.equal(own.message, '/ring of pod i-1 refuses access: 403');

    page = (respond) => status(respond, 404, 'NotFound');
    assert.ok(!((await rejection()) instanceof UserError), 'the pod has just gone');
    const service = await rejection('svc:cortex/distributor:web/ring');
    assert.ok(service instanceof UserError);
    assert.match(service.fix ?? '', /kubectl -n cortex get services/);
  });

  it('is unknown while the API server is not there', async () => {
    await server.close();
    assert.ok((await rejection('svc:cortex/d:web/ring')) instanceof ConnectionError);
    const error = await rejection();
    assert.ok(!(error instanceof UserError));
    assert.match(error.message, /i-1|ECONNREFUSED|connect/);
  });

  it('tells forgotten members from pods of others, by looking for a pod of that name', async () => {
    const long = '2026-01-01T11:00:00Z';
    page = (respond) => {
      json(
        respond,
        200,
        ring(shard('i-0'), shard('i-old', 'Unhealthy', long), shard('zone-b-0', 'UNHEALTHY', long)),
      );
    };
    named.push('zone-b-0');
    const [held] = await open().check(never);
    assert.match(held?.reason ?? '', /^zone-b-0 \(zone-a\) is unhealthy, .*, i-old \(zone-a\) is forgotten/);
    const [still] = await open('/ring', { ignoreForgotten: true }).check(never);
    assert.equal(still?.state, 'closed');
    assert.doesNotMatch(still?.reason ?? '', /i-old/);
    named = named.filter((name) => name !== 'zone-b-0');
    assert.equal((await open('/ring', { ignoreForgotten: true }).check(never))[0]?.state, 'open');
  });

  describe('while pods change', () => {
    let watch: GateWatch;
    let control: AbortController;
    beforeEach(async () => {
      control = new AbortController();
      watch = watchGates([open()], { clock: manualClock(), random: () => 0 });
      await watch.start(control.signal);
    });
    afterEach(() => control.abort());

    it('does not let a disruption rest on the ring as it was before', async () => {
      assert.equal(watch.fresh, true);
      pods = pods.map((each) => (each.name === 'i-0' ? { ...each, uid: 'successor' } : each));
      assert.equal(watch.fresh, false);
      page = (respond) => json(respond, 200, ring(shard('i-0', 'JOINING'), shard('i-1')));
      await watch.ensureFresh();
      assert.equal(watch.fresh, true);
      assert.equal(watch.states()[0]?.state, 'closed');
    });

    it('is unknown when the ring cannot be asked anew', async () => {
      pods = pods.map((each) => ({ ...each, readySinceMs: each.name === 'i-0' ? undefined : 1 }));
      page = (respond) => respond.writeHead(500).end();
      await watch.ensureFresh();
      assert.equal(watch.fresh, false);
      assert.equal(watch.states()[0]?.state, 'unknown');
    });

    it('stays fresh while nothing does', () => {
      pods = pods.toReversed().map((each) => ({ ...each }));
      assert.equal(watch.fresh, true);
    });
  });
});
