import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import * as z from 'zod/mini';
import { PLUGIN_PATH } from '../helpers/plugin.ts';
import { openScreen, type Screen } from '../plugin/views/fixtures/screen.ts';
import type { ClusterFactory, TestCluster } from './cluster.ts';
import { namespace } from './fixtures.ts';
import { type RolloutBench, rolloutBench } from './rollout-bench.ts';

const NAMESPACE = 'keys';
const ENTER = '\r';
const ESCAPE = '\u001b';
const DOWN = '\u001b[B';

const statusSchema = z.object({
  state: z.string(),
  maxUnavailablePods: z.number(),
  paused: z.optional(z.object({ by: z.string() })),
  maxUnavailableBy: z.optional(z.object({ by: z.string() })),
});

/** The built plugin on a pseudo-terminal: every key of the live view, and what other terminals see of it. */
export function rolloutKeysSuite(factory: ClusterFactory): void {
  describe('rollout: keys', () => {
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

    const openWords = (...words: string[]) => {
      const screen = openScreen({
        program: PLUGIN_PATH,
        args: [...words, '-n', NAMESPACE],
        columns: 110,
        rows: 40,
        env: { KUBECONFIG: cluster.kubeconfigPath },
      });
      screens.push(screen);
      return screen;
    };
    const open = (name: string, ...flags: string[]) => openWords('rollout', `sts/${name}`, ...flags);
    const watch = (name: string) => openWords('rollout', 'status', `sts/${name}`);
    const shows = (screen: Screen, pattern: RegExp) =>
      screen.until(String(pattern), () => pattern.test(screen.visible().join('\n')));
    const press = async (screen: Screen, key: string, pattern: RegExp) => {
      screen.type(key);
      await shows(screen, pattern);
    };
    const status = async (name: string) => {
      const words = ['rollout', 'status', `sts/${name}`, '-n', NAMESPACE, '--watch=false', '-o', 'json'];
      const { stdout } = await bench.told(words, 0);
      return statusSchema.parse(JSON.parse(stdout));
    };
    /** Its first wave never ends: the pod of the highest ordinal in the first zone cannot pull its image. */
    const stuck = async (name: string) => {
      await bench.stale({ name, replicas: 6, image: 'app:broken' });
      const screen = open(name);
      await shows(screen, /down: ImagePullBackOff/);
      return screen;
    };

    it('p pauses for every terminal and p resumes', async () => {
      await bench.stale({ name: 'paused', replicas: 6, simulation: { start: '2s' } });
      const screen = open('paused');
      await shows(screen, /wave 1/);
      await press(screen, 'p', /PAUSED +by \S+@\S+, \ds ago/);
      await shows(screen, /p resume/);
      await bench.leaseState('paused', 'held');
      const seen = await status('paused');
      assert.equal(seen.state, 'held');
      assert.match(seen.paused?.by ?? '', /@/);
      await press(screen, 'p', /→ resumed/);
      await shows(screen, /wave 2 in/);
      screen.type('q');
      assert.equal(await screen.ended, 3);
      assert.equal((await status('paused')).paused, undefined);
    });

    it('+ and - change the next wave, within 1 and all replicas', async () => {
      await bench.stale({ name: 'limited', replicas: 9, simulation: { start: '2s' } });
      const screen = open('limited', '--max-unavailable=1', '--exponential-factor=0');
      await shows(screen, /wave 1 in zone-a/);
      await press(screen, '-', /→ maxUnavailable stays 1/);
      await press(screen, '+', /→ maxUnavailable is now 2, it was 1/);
      await shows(screen, /limit +2 down per zone, set by \S+@\S+/);
      assert.equal((await status('limited')).maxUnavailablePods, 2);
      await shows(screen, /wave 2 in zone-a: limited-\d, limited-\d/);
      await press(screen, '-', /→ maxUnavailable is now 1, it was 2/);
      screen.type('q');
      assert.equal(await screen.ended, 3);
    });

    it('u asks, n leaves everything as it is, y leaves the bad revision', async () => {
      const screen = await stuck('undone');
      const versions = () =>
        bench.kubectl('get', 'statefulset', 'undone', '-o', 'jsonpath={.metadata.generation}');
      const generation = await versions();
      await press(screen, 'u', /undo +Roll back to revision \w+\? \[y\/N\]/);
      await shows(screen, /image: app:broken → app:v1/);
      await press(screen, 'n', /→ nothing was undone/);
      assert.equal(await versions(), generation);

      await press(screen, 'u', /y roll back/);
      screen.type('y');
      assert.equal(await screen.ended, 0);
      const note = 'jsonpath={.metadata.annotations.kubectl-zone\\.dev/undone}';
      assert.match(
        await bench.kubectl('get', 'lease/zone-rollout-statefulset-undone', '-o', note),
        /"by":".+@/,
      );
      const images = await bench.kubectl(
        ...['get', 'pods', '-l', 'app=undone', '-o', 'jsonpath={.items[*].spec.containers[*].image}'],
      );
      assert.deepEqual(new Set(images.split(' ')), new Set(['app:v1']));
    });

    it('the most recent pods leave the bad revision first', async () => {
      // Pods of zone-a start on the new revision, those of zone-b do not.
      await bench.stale({ name: 'order', replicas: 6, simulation: { brokenIn: 'zone-b' } });
      const screen = open('order', '--max-unavailable=1');
      await shows(screen, /zone-b: order-\d down: ImagePullBackOff/);
      const pods = await bench.pods('order');
      const ofZone = (zone: string) =>
        pods
          .filter((pod) => pod.zone === zone)
          .map(({ name }) => `${zone}: ${name}`)
          .sort()
          .reverse();
      const left = [...ofZone('zone-b').slice(0, 1), ...ofZone('zone-a')];
      await press(screen, 'u', /y roll back/);
      screen.type('y');
      assert.equal(await screen.ended, 0);
      const text = screen.everything().join('\n');
      const after = text.split('not ready on an old revision').at(-1) ?? '';
      const back = [...after.matchAll(/zone-\w: order-\d(?= back)/g)].map(([found]) => found);
      assert.deepEqual([...new Set(back)], left, text);
    });

    it('enter tells why a pod is not ready, the arrows choose it, esc closes', async () => {
      const screen = await stuck('explained');
      await press(screen, 'j', /explained-\d in zone-a: ImagePullBackOff +enter why/);
      await press(screen, ENTER, /container +main is waiting: ImagePullBackOff/);
      await press(screen, '\u001b[C', /explained-\d +esc closes[\s\S]*container +main is running and ready/);
      await press(screen, DOWN, /container +main is waiting: ImagePullBackOff/);
      screen.type(ESCAPE);
      await screen.until('a closed panel', () => !/esc closes/.test(screen.visible().join('\n')));
      screen.type('q');
      assert.equal(await screen.ended, 3);
    });

    it('? tells what the keys do', async () => {
      const screen = await stuck('helped');
      await press(screen, '?', /u +roll back to the previous revision, after confirmation/);
      screen.type('?');
      await screen.until('no help', () => !/roll back to the/.test(screen.visible().join('\n')));
      screen.type('\u0003');
      assert.equal(await screen.ended, 130);
    });

    it('steers from a second terminal, which is left without ending the rollout', async () => {
      const driver = await stuck('watched');
      const onlooker = watch('watched');
      await shows(onlooker, /ImagePullBackOff/);
      await press(onlooker, '-', /→ maxUnavailable is now 1, it was 25% \(2\)/);
      await shows(driver, /limit +1 down per zone, set by/);
      await press(onlooker, 'p', /PAUSED/);
      await shows(driver, /PAUSED +by \S+@\S+/);
      await press(driver, 'p', /→ resumed/);
      await shows(onlooker, /resumed/);
      onlooker.type('q');
      assert.equal(await onlooker.ended, 0);
      assert.equal((await status('watched')).state, 'running');

      const second = watch('watched');
      await press(second, 'u', /y roll back/);
      second.type('y');
      assert.equal(await driver.ended, 0);
      assert.equal(await second.ended, 0);
    });
  });
}
