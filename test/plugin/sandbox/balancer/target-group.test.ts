import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { BalancerTimes, TargetGroupSettings } from '../../../../plugin/sandbox/balancer/settings.ts';
import { TargetGroup } from '../../../../plugin/sandbox/balancer/target-group.ts';
import { type ManualClock, manualClock } from '../../../helpers/manual-clock.ts';
import { type TestNetwork, testNetwork } from './servers.ts';

const SETTINGS: TargetGroupSettings = {
  healthCheck: {
    path: '/health',
    intervalMs: 15_000,
    timeoutMs: 4_000,
    thresholds: { healthy: 2, unhealthy: 1 },
  },
  deregistrationDelayMs: 30_000,
};
const TIMES: BalancerTimes = { propagationMs: 5_000, connectTimeoutMs: 10_000, idleTimeoutMs: 60_000 };
const A = { podIP: '10.1.0.1', port: 80 };
const B = { podIP: '10.1.0.2', port: 80 };

async function withGroup(
  test: (group: TargetGroup, network: TestNetwork, clock: ManualClock) => Promise<void>,
): Promise<void> {
  const clock = manualClock();
  const network = testNetwork();
  const group = new TargetGroup(SETTINGS, network, clock, TIMES);
  try {
    await test(group, network, clock);
  } finally {
    group.close();
    network.close();
  }
}

function stateOf(group: TargetGroup, { podIP }: typeof A): string | undefined {
  const health = group.describe().find((each) => each.podIP === podIP)?.health;
  return health && [health.state, health.reason].filter(Boolean).join(' ');
}

async function becomes(group: TargetGroup, target: typeof A, state: string): Promise<void> {
  while (stateOf(group, target) !== state) await new Promise((resolve) => setImmediate(resolve));
}

const ok = (_: unknown, outgoing: { end(): unknown }) => void outgoing.end();

describe('a target group', () => {
  it('uses a target once the nodes know it and a check has passed', async () => {
    await withGroup(async (group, network, clock) => {
      await network.serve(A.podIP, ok);
      group.register(A);
      assert.equal(stateOf(group, A), 'initial Elb.RegistrationInProgress');
      clock.advance(4_999);
      assert.equal(group.choose(), undefined);
      clock.advance(1);
      assert.equal(stateOf(group, A), 'initial Elb.InitialHealthChecking');
      await becomes(group, A, 'healthy');
      assert.equal(group.choose()?.podIP, A.podIP);
    });
  });

  it('checks on a connection of its own, at the path it is told', async () => {
    await withGroup(async (group, network, clock) => {
      const seen: string[] = [];
      await network.serve(A.podIP, (incoming, outgoing) => {
        seen.push(`${incoming.url} ${incoming.headers.connection}`);
        outgoing.end();
      });
      group.register(A);
      clock.advance(5_000);
      await becomes(group, A, 'healthy');
      assert.deepEqual(seen, ['/health close']);
    });
  });

  it('takes turns between healthy targets, and fails open when there is none', async () => {
    await withGroup(async (group, network, clock) => {
      await network.serve(A.podIP, ok);
      await network.serve(B.podIP, (_, outgoing) => outgoing.writeHead(503).end());
      group.register(A);
      group.register(B);
      clock.advance(5_000);
      await becomes(group, A, 'healthy');
      assert.deepEqual(
        [1, 2, 3].map(() => group.choose()?.podIP),
        [A.podIP, A.podIP, A.podIP],
      );
      await becomes(group, B, 'unhealthy Target.ResponseCodeMismatch');
      group.deregister(A);
      clock.advance(5_000);
      assert.equal(group.choose()?.podIP, B.podIP);
    });
  });

  it('tells a target that is gone from one that refuses', async () => {
    await withGroup(async (group, network, clock) => {
      const server = await network.serve(A.podIP, ok);
      const route = network.route(A.podIP, 80);
      assert.ok(route.kind === 'open');
      server.close();
      network.set(A.podIP, { kind: 'closed', port: route.port });
      group.register(A);
      group.register(B);
      clock.advance(5_000);
      await becomes(group, A, 'unhealthy Target.FailedHealthChecks');
      assert.equal(stateOf(group, B), 'initial Elb.InitialHealthChecking');
      clock.advance(SETTINGS.healthCheck.timeoutMs);
      await becomes(group, B, 'unhealthy Target.Timeout');
    });
  });

  it('goes on using a target that leaves until the nodes know, and keeps it for the delay', async () => {
    await withGroup(async (group, network, clock) => {
      await network.serve(A.podIP, ok);
      group.register(A);
      clock.advance(5_000);
      await becomes(group, A, 'healthy');
      group.deregister(A);
      assert.equal(stateOf(group, A), 'draining Target.DeregistrationInProgress');
      clock.advance(4_999);
      assert.equal(group.choose()?.podIP, A.podIP);
      clock.advance(1);
      assert.equal(group.choose(), undefined);
      clock.advance(24_999);
      assert.equal(stateOf(group, A), 'draining Target.DeregistrationInProgress');
      clock.advance(1);
      assert.equal(stateOf(group, A), undefined);
    });
  });

  it('takes a target that comes back while it drains for a new one', async () => {
    await withGroup(async (group, network, clock) => {
      await network.serve(A.podIP, ok);
      group.register(A);
      clock.advance(5_000);
      await becomes(group, A, 'healthy');
      group.deregister(A);
      clock.advance(10_000);
      group.register(A);
      assert.equal(stateOf(group, A), 'initial Elb.RegistrationInProgress');
      clock.advance(5_000);
      await becomes(group, A, 'healthy');
      clock.advance(15_000);
      assert.equal(stateOf(group, A), 'healthy', 'when the delay of the first is over');
    });
  });
});
