import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { PLUGIN_PATH } from '../helpers/plugin.ts';
import { openScreen, type Screen } from '../plugin/views/fixtures/screen.ts';
import type { ClusterFactory, TestCluster } from './cluster.ts';
import { namespace } from './fixtures.ts';
import { type RolloutBench, rolloutBench } from './rollout-bench.ts';

const NAMESPACE = 'terminals';
/** RollingUpdate with a partition above all ordinals: the controller itself replaces nothing. */
const IDLE = { strategy: 'RollingUpdate', partition: 3, replicas: 3 } as const;

/** The built plugin on a pseudo-terminal: the live view, its keys, and the question. */
export function rolloutTerminalSuite(factory: ClusterFactory): void {
  describe('rollout: on a terminal', () => {
    let cluster: TestCluster;
    let bench: RolloutBench;
    const screens: Screen[] = [];

    before(async () => {
      cluster = await factory();
      await cluster.apply(namespace(NAMESPACE));
      bench = rolloutBench(cluster, NAMESPACE);
    });
    after(async () => {
      for (const screen of screens) screen.kill();
      await bench.close();
      await cluster.stop();
    });

    const open = (name: string, ...flags: string[]) => {
      const screen = openScreen({
        program: PLUGIN_PATH,
        args: ['rollout', `sts/${name}`, '-n', NAMESPACE, ...flags],
        columns: 110,
        rows: 30,
        env: { KUBECONFIG: cluster.kubeconfigPath },
      });
      screens.push(screen);
      return screen;
    };
    const shows = (screen: Screen, pattern: RegExp) =>
      screen.until(String(pattern), () => pattern.test(screen.everything().join('\n')));
    /** Long enough that a key comes while the first wave is under way. */
    const slow = { replicas: 3, simulation: { start: '1h' } };

    const slowlyReplaced = async (name: string) => {
      await bench.stale({ name, replicas: 3 });
      await bench.apply({ name, ...slow, image: 'app:v3' });
    };

    for (const [key, what, code, state] of [
      ['q', 'q', 3, 'stopped'],
      ['\u0003', 'Ctrl-C', 130, 'interrupted'],
    ] as const) {
      it(`ends with ${code} after ${what}, and lets the Lease go`, async () => {
        const name = `live-${state}`;
        await slowlyReplaced(name);
        const screen = open(name);
        await shows(screen, /zone-a[\s\S]*zone-b[\s\S]*zone-c/);
        await shows(screen, /wave 1/i);
        screen.type(key);
        assert.equal(await screen.ended, code);
        assert.match(
          screen.everything().join('\n'),
          new RegExp(`continue with: kubectl zone rollout sts/${name}`),
        );
        const lease = await bench.lease(name);
        assert.deepEqual([lease?.state, lease?.holder], [state, '']);
      });
    }

    it('draws a rollout to its end', async () => {
      await bench.stale({ name: 'drawn', replicas: 6 });
      const screen = open('drawn');
      assert.equal(await screen.ended, 0);
      assert.match(screen.everything().join('\n'), /done: all 6 pods are on the update revision/);
    });

    it('asks before it switches the update strategy, and takes n for an answer', async () => {
      await bench.stale({ name: 'asked', ...IDLE });
      const versions = await bench.versions('asked');
      const screen = open('asked');
      await shows(screen, /Set it to OnDelete\? \[y\/N\]/);
      screen.type('n\r');
      assert.equal(await screen.ended, 1);
      assert.match(screen.everything().join('\n'), /statefulset\/asked is not OnDelete; nothing was changed/);
      assert.equal(await bench.versions('asked'), versions);
    });

    it('switches after y, and asks again before it sets the strategy back', async () => {
      await bench.stale({ name: 'agreed', ...IDLE });
      const screen = open('agreed');
      await shows(screen, /Set it to OnDelete\? \[y\/N\]/);
      screen.type('y\r');
      await shows(screen, /Set the update strategy back to RollingUpdate\?[\s\S]*\[y\/N\]/);
      screen.type('y\r');
      assert.equal(await screen.ended, 0);
      const type = await bench.kubectl(
        'get',
        'statefulset',
        'agreed',
        '-o',
        'jsonpath={.spec.updateStrategy.type}',
      );
      assert.equal(type, 'RollingUpdate');
    });
  });
}
