import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Agent, get, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, it } from 'node:test';
import type { Route } from '../../../../../plugin/sandbox/services/http/network.ts';
import { manualClock } from '../../../../helpers/manual-clock.ts';
import { type Body, type Client, withSandbox } from '../../client.ts';
import { PODS } from '../../objects.ts';

const SIM = 'sim.kubectl-zone.dev';

/** Stops listening 5 s after its deletion, and ends 3 s later. */
function pod(annotations: object = {}): object {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: 'web',
      annotations: {
        [`${SIM}/serves`]: 'http',
        [`${SIM}/start`]: '0s',
        [`${SIM}/flush`]: '3s',
        ...annotations,
      },
    },
    spec: {
      containers: [
        {
          name: 'web',
          image: 'shop:v1',
          ports: [{ containerPort: 8080 }],
          lifecycle: { preStop: { sleep: { seconds: 5 } } },
        },
      ],
    },
  };
}

async function running(client: Client): Promise<string> {
  const [found] = await client.until(PODS, (pods: Body[]) =>
    pods.some(({ status }) => status.phase === 'Running'),
  );
  return found.status.podIP;
}

async function until<T extends Route['kind']>(
  look: () => Route,
  kind: T,
): Promise<Extract<Route, { kind: T }>> {
  for (;;) {
    const route = look();
    if (route.kind === kind) return route as Extract<Route, { kind: T }>;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

async function fetchPage(port: number, agent: Agent | false): Promise<string> {
  const [answer] = (await once(get({ host: '127.0.0.1', port, agent }), 'response')) as [IncomingMessage];
  return text(answer);
}

describe('a pod that serves http', () => {
  it('listens while it runs, and has no address before and after', async () => {
    const clock = manualClock();
    await withSandbox({ clock }, async (client, { network }) => {
      await client.call('POST', PODS, pod());
      await clock.scheduled((delayMs) => delayMs === 0);
      clock.advance(0);
      const podIP = await running(client);
      const { port } = await until(() => network.route(podIP, 8080), 'open');
      assert.equal(await fetchPage(port, false), 'web shop:v1\n');
      assert.deepEqual(network.route(podIP, 9090), { kind: 'closed', port: 0 });
      assert.deepEqual(network.route('10.0.0.1', 8080), { kind: 'gone' });

      await client.call('DELETE', `${PODS}/web?gracePeriodSeconds=0`);
      await until(() => network.route(podIP, 8080), 'gone');
    });
  });

  it('serves through its preStop hook, then only connections that it has, and resets them at its end', async () => {
    const clock = manualClock();
    await withSandbox({ clock }, async (client, { network }) => {
      await client.call('POST', PODS, pod());
      await clock.scheduled((delayMs) => delayMs === 0);
      clock.advance(0);
      const podIP = await running(client);
      const { port } = await until(() => network.route(podIP, 8080), 'open');
      const agent = new Agent({ keepAlive: true });
      await fetchPage(port, agent);

      await client.call('DELETE', `${PODS}/web`);
      await clock.scheduled((delayMs) => delayMs === 8_000);
      clock.advance(4_999);
      assert.equal(await fetchPage(port, false), 'web shop:v1\n', 'as if nothing were');

      clock.advance(1);
      assert.deepEqual(network.route(podIP, 8080), { kind: 'closed', port });
      await assert.rejects(fetchPage(port, false), { code: 'ECONNREFUSED' });
      assert.equal(await fetchPage(port, agent), 'web shop:v1\n', 'over the connection from before');

      const [idle] = Object.values(agent.freeSockets).flat();
      assert.ok(idle);
      const closed = once(idle, 'close');
      clock.advance(3_000);
      await closed;
      await until(() => network.route(podIP, 8080), 'gone');
      agent.destroy();
    });
  });

  it('answers after the time that it is told', async () => {
    const clock = manualClock();
    await withSandbox({ clock }, async (client, { network }) => {
      await client.call('POST', PODS, pod({ [`${SIM}/answer`]: '150ms' }));
      await clock.scheduled((delayMs) => delayMs === 0);
      clock.advance(0);
      const podIP = await running(client);
      const { port } = await until(() => network.route(podIP, 8080), 'open');
      const page = fetchPage(port, false);
      await clock.scheduled((delayMs) => delayMs === 150);
      clock.advance(150);
      assert.equal(await page, 'web shop:v1\n');
    });
  });

  it('leaves no server behind when the sandbox stops', async () => {
    const clock = manualClock();
    let port = 0;
    await withSandbox({ clock }, async (client, { network }) => {
      await client.call('POST', PODS, pod());
      await clock.scheduled((delayMs) => delayMs === 0);
      clock.advance(0);
      const podIP = await running(client);
      port = (await until(() => network.route(podIP, 8080), 'open')).port;
    });
    await assert.rejects(once(connect(port, '127.0.0.1'), 'connect'), { code: 'ECONNREFUSED' });
  });
});
