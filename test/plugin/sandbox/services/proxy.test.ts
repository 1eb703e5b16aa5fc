import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Client, withSandbox } from '../client.ts';
import { allReady, PODS, STATEFULSETS, statefulSet, template } from '../objects.ts';

const SERVICES = '/api/v1/namespaces/default/services';
const JSON_ONLY = { accept: 'application/json' };

/** A StatefulSet whose pods serve a ring on these ports of theirs. */
function serving(name: string, replicas: number, ports: object[] = []): object {
  const base = template({ app: name }, 'app:1', { 'sim.kubectl-zone.dev/serves': 'ring' });
  const container = { name: 'app', image: 'app:1', ports };
  return statefulSet(name, replicas, { template: { ...base, spec: { containers: [container] } } });
}

async function get(client: Client, path: string, headers: Record<string, string> = JSON_ONLY) {
  return client.call('GET', path, undefined, headers);
}

describe('the proxy of pods', () => {
  it('leads to what the pod serves, and to its own errors', () =>
    withSandbox({}, async (client) => {
      await client.call('POST', STATEFULSETS, serving('db', 1));
      await client.until(PODS, allReady(1));
      const { code, body, headers } = await get(client, `${PODS}/db-0:80/proxy/ring`);
      assert.deepEqual([code, headers['content-type']], [200, 'application/json']);
      assert.equal(body.shards[0].id, 'db-0');
      assert.equal((await get(client, `${PODS}/http:db-0:80/proxy/ring`)).code, 200);
      const missing = await get(client, `${PODS}/db-0:80/proxy/`);
      assert.deepEqual([missing.code, missing.body], [404, '404 page not found\n']);
    }));

  it('lets what is behind it choose the representation', () =>
    withSandbox({}, async (client) => {
      await client.call('POST', STATEFULSETS, serving('db', 1));
      await client.until(PODS, allReady(1));
      for (const accept of ['text/html', '*/*']) {
        const { code, body, headers } = await get(client, `${PODS}/db-0:80/proxy/ring`, { accept });
        assert.deepEqual([code, headers['content-type']], [200, 'text/html; charset=utf-8']);
        assert.match(body, /<td>db-0<\/td>/);
      }
    }));

  it('takes the port that is named, else the first of the first container, else 80', () =>
    withSandbox({}, async (client) => {
      const ports = [
        { name: 'grpc', containerPort: 9095 },
        { name: 'http-metrics', containerPort: 8080 },
      ];
      await client.call('POST', STATEFULSETS, serving('db', 1, ports));
      await client.call('POST', STATEFULSETS, serving('plain', 1));
      await client.until(PODS, allReady(2));
      assert.equal((await get(client, `${PODS}/db-0:8080/proxy/ring`)).code, 200);
      assert.equal((await get(client, `${PODS}/plain-0/proxy/ring`)).code, 200);
      for (const name of ['db-0', 'db-0:9095', 'db-0:http-metrics', 'plain-0:8080']) {
        const { code, body } = await get(client, `${PODS}/${name}/proxy/ring`);
        assert.deepEqual([code, body.reason], [503, 'ServiceUnavailable'], name);
        assert.match(body.message, /^error trying to reach service: /);
      }
    }));

  it('refuses pods that are not there, have no address, or serve nothing', () =>
    withSandbox({}, async (client) => {
      const unknown = await get(client, `${PODS}/db-0:80/proxy/ring`);
      assert.deepEqual([unknown.code, unknown.body.reason], [404, 'NotFound']);
      const slow = { 'sim.kubectl-zone.dev/start': '1h', 'sim.kubectl-zone.dev/serves': 'ring' };
      const starting = { template: template({ app: 'db' }, 'app:1', slow) };
      await client.call('POST', STATEFULSETS, statefulSet('db', 1, starting));
      await client.call('POST', STATEFULSETS, statefulSet('silent', 1));
      await client.until(PODS, (pods) => pods.some((pod) => pod.status.phase === 'Running'));
      const early = await get(client, `${PODS}/db-0:80/proxy/ring`);
      assert.deepEqual([early.code, early.body.message], [400, 'address not allowed']);
      assert.equal((await get(client, `${PODS}/silent-0:80/proxy/ring`)).code, 503);
    }));

  it('is told by discovery', () =>
    withSandbox({}, async (client) => {
      const { body } = await get(client, '/api/v1');
      const kinds = body.resources.map(({ name, kind }: { name: string; kind: string }) => `${name} ${kind}`);
      assert.ok(kinds.includes('pods/proxy PodProxyOptions'));
      assert.ok(kinds.includes('services/proxy ServiceProxyOptions'));
    }));
});

describe('the proxy of Services', () => {
  const service = (ports: object[], selector: object = { app: 'db' }) => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'db' },
    spec: { selector, ports },
  });

  it('leads to a ready pod, by number or name of its port', () =>
    withSandbox({}, async (client) => {
      await client.call('POST', STATEFULSETS, serving('db', 2, [{ name: 'http', containerPort: 8080 }]));
      await client.until(PODS, allReady(2));
      await client.call('POST', SERVICES, service([{ name: 'web', port: 80, targetPort: 'http' }]));
      for (const name of ['db:80', 'db:web', 'http:db:web']) {
        const { code, body } = await get(client, `${SERVICES}/${name}/proxy/ingester/ring`);
        assert.deepEqual([code, body.shards?.length], [200, 2], name);
      }
      for (const name of ['db', 'db:81', 'db:grpc']) {
        const { code, body } = await get(client, `${SERVICES}/${name}/proxy/ring`);
        assert.deepEqual([code, body.reason], [503, 'ServiceUnavailable'], name);
      }
    }));

  it('has no endpoints without ready pods, and does not know other Services', () =>
    withSandbox({}, async (client) => {
      await client.call('POST', SERVICES, service([{ port: 80 }]));
      const { code, body } = await get(client, `${SERVICES}/db:80/proxy/ring`);
      assert.deepEqual([code, body.message], [503, 'no endpoints available for service "db"']);
      assert.equal((await get(client, `${SERVICES}/other:80/proxy/ring`)).code, 404);
    }));
});
