import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { ClusterFactory, TestCluster } from './cluster.ts';
import { namespace } from './fixtures.ts';
import { assertRefusesUntouched, RING_TIMES, ringService } from './ring-bench.ts';
import { ended, type RolloutBench, rolloutBench } from './rollout-bench.ts';

const NAMESPACE = 'rings';

/** What the API server itself says of a Service with a hash ring; `rollout-ring-pages.suite.ts` has rings to read. */
export function rolloutRingSuite(factory: ClusterFactory): void {
  describe('rollout: hash ring behind a Service that does not lead to it', () => {
    let cluster: TestCluster;
    let bench: RolloutBench;

    before(async () => {
      cluster = await factory();
      await cluster.apply(namespace(NAMESPACE));
      bench = rolloutBench(cluster, NAMESPACE);
    });
    after(async () => {
      await bench.close();
      await cluster.stop();
    });

    it('refuses a Service without endpoints, and says why', async () => {
      await bench.stale({ name: 'deserted', replicas: 3 });
      await cluster.apply(ringService(NAMESPACE, 'nobody'));
      await assertRefusesUntouched(
        bench,
        { name: 'deserted', ring: `svc:${NAMESPACE}/nobody:web/ring` },
        /\/ring of service rings\/nobody:web through the API server: no endpoints available for service/,
      );
    });

    it('refuses a Service that is not there before anything is touched', async () => {
      await bench.stale({ name: 'lonely', replicas: 3 });
      const versions = await bench.versions('lonely');
      const ring = `--ring=svc:${NAMESPACE}/absent:web/ring`;
      const { stderr } = await ended(bench.start('lonely', ring, ...RING_TIMES), 1);
      assert.match(
        stderr,
        /cannot reach \/ring of service rings\/absent:web through the API server: (.*not found|there is no Service "absent")/,
      );
      assert.match(stderr, /kubectl -n rings get services/);
      assert.equal(await bench.versions('lonely'), versions);
    });
  });
}
