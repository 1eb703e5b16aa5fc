import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Agent, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { describe, it } from 'node:test';
import { type LoadBalancer, startLoadBalancer } from '../../../../plugin/sandbox/balancer/load-balancer.ts';
import { TargetGroup } from '../../../../plugin/sandbox/balancer/target-group.ts';
import { type ManualClock, manualClock } from '../../../helpers/manual-clock.ts';
import { type TestNetwork, testNetwork } from './servers.ts';

const TIMES = { propagationMs: 0, connectTimeoutMs: 10_000, idleTimeoutMs: 60_000 };
const POD = { podIP: '10.1.0.1', port: 80 };
const HEALTH = { path: '/health', intervalMs: 1e9, timeoutMs: 1e9, thresholds: { healthy: 1, unhealthy: 1 } };

interface Setting {
  balancer: LoadBalancer;
  network: TestNetwork;
  clock: ManualClock;
  /** Puts the pod into service, whatever its health. */
  register(): void;
}

async function withBalancer(test: (setting: Setting) => Promise<void>): Promise<void> {
  const clock = manualClock();
  const network = testNetwork();
  const group = new TargetGroup({ healthCheck: HEALTH, deregistrationDelayMs: 0 }, network, clock, TIMES);
  const balancer = await startLoadBalancer(group, TIMES);
  const register = () => {
    group.register(POD);
    clock.advance(0);
  };
  try {
    await test({ balancer, network, clock, register });
  } finally {
    group.close();
    await balancer.close();
    network.close();
  }
}

interface Asked {
  method?: string;
  body?: string;
  agent?: Agent;
}

async function ask({ port }: LoadBalancer, { method = 'GET', body = '', agent }: Asked = {}) {
  const outgoing = request({ host: '127.0.0.1', port, method, path: '/x?y=1', agent: agent ?? false });
  outgoing.end(body);
  const [answer] = (await once(outgoing, 'response')) as [IncomingMessage];
  return { code: answer.statusCode, headers: answer.headers, body: await text(answer) };
}

describe('a load balancer', () => {
  it('hands requests and answers over', async () => {
    await withBalancer(async ({ balancer, network, register }) => {
      await network.serve(POD.podIP, async (incoming, outgoing) => {
        const body = await text(incoming);
        outgoing.writeHead(201, { 'x-pod': 'web' }).end(`${incoming.method} ${incoming.url} ${body}`);
      });
      register();
      const { code, headers, body } = await ask(balancer, { method: 'POST', body: 'hello' });
      assert.deepEqual([code, headers['x-pod'], body], [201, 'web', 'POST /x?y=1 hello']);
    });
  });

  it('keeps its connections to targets and those of clients', async () => {
    await withBalancer(async ({ balancer, network, register }) => {
      let connections = 0;
      const server = await network.serve(POD.podIP, (_, outgoing) => void outgoing.end());
      register();
      await once(server, 'request');
      server.on('connection', () => {
        connections += 1;
      });
      const agent = new Agent({ keepAlive: true });
      for (let count = 0; count < 3; count++) await ask(balancer, { agent });
      assert.equal(connections, 1);
      assert.equal(Object.values(agent.freeSockets).flat().length, 1);
      agent.destroy();
    });
  });

  it('answers 503 when it has no target', async () => {
    await withBalancer(async ({ balancer }) => {
      const { code, body } = await ask(balancer);
      assert.equal(code, 503);
      assert.match(body, /Service Temporarily Unavailable/);
    });
  });

  it('answers 502 when the target refuses', async () => {
    await withBalancer(async ({ balancer, network, register }) => {
      const server = await network.serve(POD.podIP, () => {});
      register();
      server.close();
      server.closeAllConnections();
      assert.equal((await ask(balancer)).code, 502);
    });
  });

  it('answers 502 when the pod has never listened', async () => {
    await withBalancer(async ({ balancer, network, register }) => {
      network.set(POD.podIP, { kind: 'closed', port: 0 });
      register();
      assert.equal((await ask(balancer)).code, 502);
    });
  });

  it('answers 502 when the target breaks the connection', async () => {
    await withBalancer(async ({ balancer, network, register }) => {
      await network.serve(POD.podIP, (incoming) => incoming.socket.resetAndDestroy());
      register();
      assert.equal((await ask(balancer)).code, 502);
    });
  });

  it('answers 504 when nobody has the address any more', async () => {
    await withBalancer(async ({ balancer, clock, register }) => {
      register();
      const answer = ask(balancer);
      await clock.scheduled((delayMs) => delayMs === TIMES.connectTimeoutMs);
      clock.advance(TIMES.connectTimeoutMs);
      assert.equal((await answer).code, 504);
    });
  });

  it('answers 504 when the target does not answer', async () => {
    await withBalancer(async ({ balancer, network, clock, register }) => {
      await network.serve(POD.podIP, () => {});
      register();
      const answer = ask(balancer);
      await clock.scheduled((delayMs) => delayMs === TIMES.idleTimeoutMs);
      clock.advance(TIMES.idleTimeoutMs);
      assert.equal((await answer).code, 504);
    });
  });

  it('drops the answer for a client that has hung up', async () => {
    await withBalancer(async ({ balancer, network, register }) => {
      const asked = Promise.withResolvers<ServerResponse>();
      const server = await network.serve(POD.podIP, (_, outgoing) => asked.resolve(outgoing));
      register();
      const client = request({ host: '127.0.0.1', port: balancer.port }).on('error', () => {});
      client.end();
      const answer = await asked.promise;
      await new Promise((resolve) => client.on('close', resolve).destroy());
      // The answer of another request comes after the end of the client was seen.
      server.removeAllListeners('request').on('request', (_, outgoing) => outgoing.end('next'));
      assert.equal((await ask(balancer)).body, 'next');
      answer.end('late');
      await once(answer, 'close');
      assert.equal((await ask(balancer)).body, 'next');
    });
  });

  it('breaks the connection when the target breaks off in its answer', async () => {
    await withBalancer(async ({ balancer, network, register }) => {
      await network.serve(POD.podIP, (_, outgoing) => {
        outgoing.write('half of ');
        setImmediate(() => outgoing.socket?.resetAndDestroy());
      });
      register();
      await assert.rejects(ask(balancer));
    });
  });
});
