import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { eventsIn, wavesIn } from '../helpers/plugin-run.ts';
import type { ClusterFactory, TestCluster } from './cluster.ts';
import { namespace, podDisruptionBudget } from './fixtures.ts';
import {
  assertOneZoneAtATime,
  ended,
  expectedWaves,
  type RolloutBench,
  rolloutBench,
} from './rollout-bench.ts';

const NAMESPACE = 'budgets';

/** PodDisruptionBudgets, and rollouts that only say what they would do. */
export function rolloutBudgetsSuite(factory: ClusterFactory): void {
  describe('rollout: budgets and dry run', () => {
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

    const protect = async (name: string, maxUnavailable: number, replicas: number) => {
      await cluster.apply(podDisruptionBudget({ name, namespace: NAMESPACE, maxUnavailable }));
      const counted = `--for=jsonpath={.status.currentHealthy}=${replicas}`;
      await bench.kubectl('wait', `pdb/${name}`, counted, '--timeout=60s');
    };

    it('goes as fast as a PodDisruptionBudget allows, and tells what it refuses', async () => {
      await bench.stale({ name: 'bounded', replicas: 9 });
      await protect('bounded', 1, 9);
      const witness = await bench.witness('bounded');
      const { events } = await ended(
        bench.start('bounded', '--max-unavailable=4', '--exponential-factor=0'),
        0,
      );
      await assertOneZoneAtATime(witness, 1);
      const refused = events.filter(({ type }) => type === 'eviction-refused');
      assert.ok(refused.length > 0);
      assert.match(refused[0]?.reason ?? '', /disruption budget bounded/);
      assert.deepEqual(
        wavesIn(events).map(({ pods }) => pods.length),
        [3, 3, 3],
      );
    });

    it('does not ask budgets with --disable-eviction, and says so', async () => {
      await bench.stale({ name: 'unasked', replicas: 6 });
      await protect('unasked', 0, 6);
      const witness = await bench.witness('unasked');
      const flags = ['--max-unavailable=2', '--disable-eviction'];
      const { events } = await ended(bench.start('unasked', ...flags), 0);
      await assertOneZoneAtATime(witness, 2);
      assert.deepEqual(
        events.filter(({ type }) => type === 'eviction-refused'),
        [],
      );
      assert.ok(
        events.some(
          ({ type, message }) => type === 'notice' && /this bypasses disruption budgets/.test(message ?? ''),
        ),
      );
    });

    it('prints its plan with --dry-run=client and touches nothing', async () => {
      await bench.stale({ name: 'planned', replicas: 9 });
      const pods = await bench.pods('planned');
      const versions = await bench.versions('planned');
      const { stdout } = await ended(bench.start('planned', '--max-unavailable=2', '--dry-run=client'), 0);
      const [plan] = eventsIn(stdout.split('\n'));
      assert.equal(plan?.type, 'plan');
      const { waves } = JSON.parse(stdout);
      assert.deepEqual(
        waves.map(({ wave, zone, pods: taken }: Record<string, unknown>) => ({ wave, zone, pods: taken })),
        expectedWaves(pods, { most: 2 }),
      );
      assert.equal(await bench.versions('planned'), versions);
      assert.equal(await bench.lease('planned'), undefined);
    });

    it('asks the API server about every eviction with --dry-run=server and touches nothing', async () => {
      await bench.stale({ name: 'rehearsed', replicas: 3 });
      const versions = await bench.versions('rehearsed');
      const free = await ended(bench.start('rehearsed', '--dry-run=server'), 0);
      assert.match(free.stderr, /3 of 3 evictions would be admitted now/);

      await protect('rehearsed', 0, 3);
      const held = await ended(bench.start('rehearsed', '--dry-run=server'), 0);
      assert.match(
        held.stderr,
        /eviction of rehearsed-0 would be refused now: .*disruption budget rehearsed/,
      );
      assert.match(held.stderr, /0 of 3 evictions would be admitted now/);
      assert.equal(await bench.versions('rehearsed'), versions);
    });
  });
}
