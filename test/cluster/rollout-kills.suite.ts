import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { seededRandom } from '../../plugin/sandbox/random.ts';
import { eventsIn, type PluginEvent, type ToldWave, wavesIn } from '../helpers/plugin-run.ts';
import { SEED } from '../helpers/seed.ts';
import type { ClusterFactory, TestCluster } from './cluster.ts';
import { namespace } from './fixtures.ts';
import { assertOneZoneAtATime, type RolloutBench, rolloutBench } from './rollout-bench.ts';

const NAMESPACE = 'kills';
const KILLS = 50;
const REPLICAS = 18;
const MOST_DOWN = 4;
/** A rollout of 18 pods prints about 60 lines; a process seldom lives to see a third of them. */
const MOST_LINES = 20;

/** A process that is killed at any moment loses nothing: the same command goes on where it was. */
export function rolloutKillsSuite(factory: ClusterFactory): void {
  describe('rollout: SIGKILL', () => {
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

    it(`goes on after ${KILLS} kills at random points`, async () => {
      const random = seededRandom(SEED);
      await bench.stale({ name: 'victim', replicas: REPLICAS, image: 'app:v1-0' });
      let kills = 0;
      for (let round = 1; kills < KILLS; round += 1) {
        const pods = await bench.pods('victim');
        const witness = await bench.witness('victim');
        await bench.apply({ name: 'victim', replicas: REPLICAS, image: `app:v1-${round}` });

        const lives: PluginEvent[][] = [];
        for (let killed = true; killed; ) {
          const life = await live(kills < KILLS ? Math.floor(random() * MOST_LINES) : undefined);
          lives.push(life.events);
          killed = life.killed;
          if (killed) kills += 1;
          // The last one is waited for, as it is where nobody helps.
          if (killed && kills < KILLS && life.events.length > 0) await bench.freeLease('victim');
        }
        const story = `TEST_SEED=${SEED}, round ${round}, lives:\n${lives.map((life) => life.map((event) => JSON.stringify(event)).join('\n')).join('\n--- killed\n')}`;
        assertOneRollout(lives, pods.length, story);
        await assertOneZoneAtATime(witness, MOST_DOWN);
      }
    });

    /** Runs the plugin until it is done, or kills it after so many lines; 0 kills it before it said anything. */
    async function live(killAfter: number | undefined) {
      const words = bench.words('victim', '--max-unavailable', String(MOST_DOWN));
      const plugin = bench.spawn(words);
      const enough =
        killAfter === undefined
          ? undefined
          : plugin.stdout
              .until(({ lines }) => (lines.length >= killAfter ? true : undefined))
              .then(
                () => plugin.kill(),
                () => {},
              );
      const [{ code, stdout, stderr }] = await Promise.all([plugin.end, enough]);
      assert.ok(code === undefined || code === 0, `exit code ${code}: ${stderr}`);
      const complete = stdout.slice(0, stdout.lastIndexOf('\n') + 1);
      return { killed: code === undefined, events: eventsIn(complete.split('\n')) };
    }
  });
}

/**
 * A wave is stored before it is told, so a kill in between may leave one untold; none may be told twice, and none may
 * be larger than its number allows.
 */
function assertOneRollout(lives: readonly (readonly PluginEvent[])[], replicas: number, story: string): void {
  const waves: ToldWave[] = lives.flatMap(wavesIn);
  const numbers = waves.map(({ wave }) => wave);
  assert.deepEqual(
    numbers,
    [...new Set(numbers)].sort((a, b) => a - b),
    `waves repeat or go back; ${story}`,
  );
  const untold = lives.length - 1;
  assert.ok((numbers.at(-1) ?? 0) - numbers.length <= untold, `waves were skipped; ${story}`);
  for (const { wave, pods } of waves) {
    assert.ok(pods.length <= Math.min(MOST_DOWN, 2 ** (wave - 1)), `wave ${wave} is too large; ${story}`);
  }
  const taken = waves.flatMap(({ pods }) => pods);
  assert.equal(new Set(taken).size, taken.length, `a pod was taken by two waves; ${story}`);
  if (untold === 0) assert.equal(taken.length, replicas, story);
  const zones = waves.map(({ zone }) => zone);
  assert.deepEqual(zones, [...zones].sort(), `zones out of order; ${story}`);
}
