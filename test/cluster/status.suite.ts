import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import * as z from 'zod/mini';
import { runInProcess } from '../helpers/context.ts';
import { PLUGIN_PATH } from '../helpers/plugin.ts';
import { untilEvent } from '../helpers/plugin-run.ts';
import { openScreen, type Screen } from '../plugin/views/fixtures/screen.ts';
import type { ClusterFactory, TestCluster } from './cluster.ts';
import { deployment, namespace, statefulSet } from './fixtures.ts';
import { ended, type RolloutBench, rolloutBench } from './rollout-bench.ts';

const NAMESPACE = 'status';

const rowsSchema = z.object({
  items: z.array(
    z.object({
      name: z.string(),
      state: z.string(),
      why: z.string(),
      updated: z.number(),
      rollout: z.nullable(z.object({ state: z.string(), by: z.nullable(z.string()) })),
      zones: z.array(z.object({ zone: z.string(), expected: z.number(), healthy: z.number() })),
    }),
  ),
  notSpread: z.number(),
});

/** `kubectl zone status`. */
export function statusSuite(factory: ClusterFactory): void {
  describe('the status of all workloads', () => {
    let cluster: TestCluster;
    let bench: RolloutBench;
    const screens: Screen[] = [];

    before(async () => {
      cluster = await factory();
      await cluster.apply(namespace(NAMESPACE));
      bench = rolloutBench(cluster, NAMESPACE);
      await cluster.apply(
        deployment({ name: 'api', namespace: NAMESPACE, replicas: 3 }),
        statefulSet({ name: 'solo', namespace: NAMESPACE, replicas: 1 }),
      );
      await cluster.waitReady('Deployment', 'api', NAMESPACE);
      await cluster.waitReady('StatefulSet', 'solo', NAMESPACE);
    });
    after(async () => {
      for (const screen of screens) screen.kill();
      await bench.close();
      await cluster.stop();
    });

    const words = (...flags: string[]) => ['status', '-n', NAMESPACE, ...flags];
    const rows = async () => rowsSchema.parse(JSON.parse((await bench.told(words('-o', 'json'), 0)).stdout));
    const open = (...flags: string[]) => {
      const screen = openScreen({
        program: PLUGIN_PATH,
        args: words('-w', ...flags),
        columns: 120,
        rows: 30,
        env: { KUBECONFIG: cluster.kubeconfigPath },
      });
      screens.push(screen);
      return screen;
    };
    const shows = (screen: Screen, pattern: RegExp) =>
      screen.until(String(pattern), () => pattern.test(screen.visible().join('\n')));

    it('has a row for each that is spread over zones, the one in trouble first', async () => {
      await bench.stale({ name: 'stuck', replicas: 6, image: 'app:broken' });
      const healthy = await rows();
      assert.deepEqual(
        healthy.items.map(({ name, state }) => [name, state]),
        [
          ['stuck', 'outdated'],
          ['api', 'ok'],
        ],
      );
      assert.equal(healthy.notSpread, 1);
      const run = bench.start('stuck');
      await untilEvent(run, ({ type }) => type === 'wave-begun');
      const broken = runInProcess(cluster.kubeconfigPath, words('-w', '-o', 'json', '-l', 'nothing!=x'));
      await broken.stdout.matches(/"name":"stuck","state":"unhealthy","why":"zone-a: stuck-\d \(\w+\)"/);
      broken.interrupt();
      await ended(broken, 130);
      const { items } = await rows();
      assert.deepEqual(items[0]?.zones, [
        { zone: 'zone-a', expected: 2, healthy: 1 },
        { zone: 'zone-b', expected: 2, healthy: 2 },
        { zone: 'zone-c', expected: 2, healthy: 2 },
      ]);
      assert.match(items[0]?.rollout?.by ?? '', /@/);

      const table = await bench.told(words(), 0);
      assert.match(table.stdout, /^WORKLOAD +STATE +HEALTHY +UPDATED +ROLLOUT +EVICTIONS ALLOWED +CORDONED/);
      assert.match(
        table.stdout,
        /\nsts\/stuck +unhealthy +zone-a 1\/2, zone-b 2\/2, zone-c 2\/2 +0\/6 +wave 1 in zone-a, by \S+@/,
      );
      const wide = await bench.told(words('-o', 'wide', '-A'), 0);
      assert.match(wide.stdout, /^NAMESPACE +WORKLOAD[\s\S]+status +sts\/stuck/);
      assert.match((await bench.told(words('-o', 'yaml'), 0)).stdout, /^items:\n {2}- kind: statefulset\n/);

      run.interrupt();
      await ended(run, 130);
      const [stopped] = (await rows()).items;
      assert.deepEqual(
        [stopped?.name, stopped?.state, stopped?.rollout?.state],
        ['stuck', 'unhealthy', 'interrupted'],
      );
      const none = await bench.told(words('-l', 'app=nobody'), 0);
      assert.match(none.stderr, /^No workloads spread over zones found in status namespace\.\n/);
    });

    it('opens the rollout of the chosen row, comes back from it, and ends with q', async () => {
      await bench.stale({ name: 'live', replicas: 6, simulation: { start: '2s' } });
      const run = bench.start('live', '--max-unavailable=1', '--exponential-factor=0');
      await untilEvent(run, ({ type }) => type === 'wave-begun');
      const screen = open();
      await shows(screen, /sts\/live +rolling out/);
      while (!/▸ sts\/live/.test(screen.visible().join('\n'))) {
        const before = screen.visible().join('\n');
        screen.type('j');
        await screen.until('a move', () => screen.visible().join('\n') !== before);
      }
      screen.type('\r');
      await shows(screen, /p pause[^\n]*u undo/);
      screen.type('q');
      await shows(screen, /▸ sts\/live[\s\S]*j k choose/);
      // A key that is pressed while the view is being opened again may be lost, so it is pressed until it has an effect.
      const pressing = setInterval(() => screen.type('q'), 250);
      try {
        assert.equal(await screen.ended, 0);
      } finally {
        clearInterval(pressing);
      }
      await ended(run, 0);
    });
  });
}
