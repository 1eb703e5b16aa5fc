import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Sandbox } from '../../plugin/sandbox/sandbox.ts';
import { untilEvent, wavesIn } from '../helpers/plugin-run.ts';
import { namespace } from './fixtures.ts';
import { assertOneZoneAtATime, ended, type RolloutBench, rolloutBench } from './rollout-bench.ts';
import type { SandboxCluster } from './sandbox-cluster.ts';

const NAMESPACE = 'faults';
const EVICTIONS = /\/pods\/[^/]+\/eviction$/;
const LEASES = /\/leases\//;

/** What the API server is made to do when the second wave has begun. */
const FAULTS: Readonly<Record<string, (sandbox: Sandbox) => void>> = {
  'watches that end': (sandbox) => sandbox.closeWatches(),
  'watches that end with 410': (sandbox) => sandbox.closeWatches('expired'),
  'an expired history, told by an event': (sandbox) => {
    sandbox.expireHistory('event');
    sandbox.closeWatches();
  },
  'an expired history, told by the status': (sandbox) => {
    sandbox.expireHistory('status');
    sandbox.closeWatches();
  },
  'evictions refused with Retry-After': (sandbox) => {
    sandbox.refuse({ method: 'POST', path: EVICTIONS, code: 429, count: 3, retryAfterS: 1 });
  },
  'evictions that fail with 500': (sandbox) => {
    sandbox.refuse({ method: 'POST', path: EVICTIONS, code: 500, count: 3 });
  },
  'a Lease that cannot be written for a while': (sandbox) => {
    sandbox.refuse({ method: 'PATCH', path: LEASES, code: 500, count: 2 });
  },
};

/** An API server that misbehaves delays a rollout and does no harm. Only the sandbox can be told to. */
export function rolloutFaultsSuite(start: () => Promise<SandboxCluster>): void {
  describe('rollout: faults', () => {
    let cluster: SandboxCluster;
    let bench: RolloutBench;

    before(async () => {
      cluster = await start();
      await cluster.apply(namespace(NAMESPACE));
      bench = rolloutBench(cluster, NAMESPACE);
    });
    after(async () => {
      await bench.close();
      await cluster.stop();
    });

    for (const [index, [what, happen]] of Object.entries(FAULTS).entries()) {
      it(`survives ${what}`, async () => {
        const name = `faulty-${index}`;
        await bench.stale({ name, replicas: 9 });
        const witness = await bench.witness(name);
        const run = bench.start(name, '--max-unavailable=2');
        await untilEvent(run, (event) => event.type === 'wave-begun' && event.wave === 2);
        happen(cluster.sandbox);
        const { events } = await ended(run, 0);
        const waves = wavesIn(events);
        assert.deepEqual(
          waves.map(({ wave }) => wave),
          waves.map((_, number) => number + 1),
        );
        assert.equal(waves.flatMap(({ pods }) => pods).length, 9);
        await assertOneZoneAtATime(witness, 2);
      });
    }

    it('keeps to --timeout while the controllers are away, and says what it waits for', async () => {
      const name = 'no-controllers';
      await bench.apply({ name, replicas: 3, strategy: 'RollingUpdate' });
      await cluster.waitReady('StatefulSet', name, NAMESPACE);
      cluster.sandbox.stopControllers();
      try {
        const run = bench.start(name, '--image', 'main=app:v2', '--yes', '--timeout=3s');
        const { events, stderr } = await ended(run, 3);
        assert.match(
          stderr,
          /waiting for the StatefulSet controller to observe the update strategy OnDelete/,
        );
        const end = events.find(({ type }) => type === 'finished');
        assert.match(
          end?.reason ?? '',
          /^not finished within --timeout 3s; continue with: kubectl zone rollout /,
        );
      } finally {
        cluster.sandbox.restartControllers();
      }
    });
  });
}
