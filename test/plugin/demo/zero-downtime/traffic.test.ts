import assert from 'node:assert/strict';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, it } from 'node:test';
import { requestsIn } from '../../../../plugin/demo/zero-downtime/tally.ts';
import { startTraffic, type Traffic } from '../../../../plugin/demo/zero-downtime/traffic.ts';
import type { Clock } from '../../../../shared/clock.ts';
import { type ManualClock, manualClock } from '../../../helpers/manual-clock.ts';

interface Seen {
  requests: number;
  connections: number;
}

async function withTraffic(
  listener: RequestListener,
  test: (traffic: Traffic, pace: ManualClock, seen: Seen) => Promise<void>,
  heldUpMs = () => 0,
): Promise<void> {
  const seen: Seen = { requests: 0, connections: 0 };
  const server = createServer({ keepAliveTimeout: 0 }, (incoming, outgoing) => {
    seen.requests += 1;
    listener(incoming, outgoing);
  });
  server.on('connection', () => {
    seen.connections += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const pace = manualClock();
  const held: Clock = { ...pace, nowMs: () => pace.nowMs() + heldUpMs() };
  const traffic = startTraffic({ port, requestsPerSecond: 100, pace: held, clock: pace });
  try {
    await test(traffic, pace, seen);
  } finally {
    await traffic.stop();
    server.close();
    server.closeAllConnections();
  }
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
}

/** Lets so many ticks of 10 ms pass, each when all is answered. */
async function ticks(pace: ManualClock, seen: Seen, count: number): Promise<void> {
  for (let tick = 1; tick <= count; tick++) {
    const wanted = seen.requests + 1;
    pace.advance(10);
    await until(() => seen.requests >= wanted);
  }
}

describe('the clients of the demo', () => {
  it('ask at a steady rate, every other time over a connection that they have', async () => {
    await withTraffic(
      (_, outgoing) => void outgoing.end(),
      async (traffic, pace, seen) => {
        const counted = traffic.begin();
        await ticks(pace, seen, 10);
        const tally = await counted.end();
        assert.deepEqual(
          tally.map(({ code, count }) => ({ code, count })),
          [{ code: 200, count: { fresh: 5, 'kept-alive': 5 } }],
        );
        assert.ok(seen.connections < seen.requests);
        assert.ok(seen.connections >= 6);
      },
    );
  });

  it('count a request where it began, however late its answer is', async () => {
    const waiting: (() => void)[] = [];
    await withTraffic(
      (_, outgoing) => void waiting.push(() => outgoing.writeHead(504).end()),
      async (traffic, pace, seen) => {
        const first = traffic.begin();
        await ticks(pace, seen, 1);
        const second = traffic.begin();
        await ticks(pace, seen, 2);
        assert.deepEqual(first.tally, [], 'nothing has ended yet');
        const tallies = Promise.all([first.end(), second.end()]);
        for (const answer of waiting.splice(0)) answer();
        const [before, after] = await tallies;
        assert.deepEqual([requestsIn(before), requestsIn(after)], [1, 2]);
        assert.deepEqual(after[0]?.code, 504);
      },
    );
  });

  it('count what breaks as having no answer', async () => {
    await withTraffic(
      (incoming) => incoming.socket.resetAndDestroy(),
      async (traffic, pace, seen) => {
        const counted = traffic.begin();
        await ticks(pace, seen, 2);
        assert.deepEqual(
          (await counted.end()).map(({ code, count }) => [code, count.fresh, count['kept-alive']]),
          [['none', 1, 1]],
        );
      },
    );
  });

  it('give up what is not answered when they stop', async () => {
    await withTraffic(
      () => {},
      async (traffic, pace, seen) => {
        const counted = traffic.begin();
        await ticks(pace, seen, 2);
        await traffic.stop();
        assert.deepEqual(
          (await counted.end()).map(({ code, count }) => [code, count.fresh, count['kept-alive']]),
          [['none', 1, 1]],
        );
      },
    );
  });

  it('do not make up for a long pause', async () => {
    let lateMs = 0;
    await withTraffic(
      (_, outgoing) => void outgoing.end(),
      async (traffic, pace, seen) => {
        const counted = traffic.begin();
        lateMs = 60_000;
        pace.advance(10);
        await until(() => seen.requests > 0);
        assert.equal(requestsIn(await counted.end()), 20);
      },
      () => lateMs,
    );
  });
});
