import assert from 'node:assert/strict';
import { after, before, describe, it, type TestContext } from 'node:test';
import { runInProcess } from '../helpers/context.ts';
import { withDeadline } from '../helpers/deadline.ts';
import { startPlugin } from '../helpers/plugin.ts';
import type { ClusterFactory, TestCluster } from './cluster.ts';
import { type DrainBench, drainBench } from './drain-bench.ts';
import { holdEvictions } from './held-evictions.ts';
import { rolloutBench } from './rollout-bench.ts';

const NAMESPACE = 'drain-frozen';
const REPLICAS = 6;
const SIMULATION = { start: '4s', flush: '100ms' };

type Verb = 'rollout' | 'drain';

/**
 * A rollout or drain that was stopped, as by SIGSTOP or a laptop's lid, with evictions that the API server has not
 * carried out yet; another one takes its Lease over, and then they are.
 */
export function drainFrozenSuite(factory: ClusterFactory): void {
  describe('drain: evictions of a process that was stopped', () => {
    let cluster: TestCluster;
    let bench: DrainBench;

    before(async () => {
      cluster = await factory();
      bench = await drainBench(cluster, NAMESPACE);
    });
    after(() => cluster.stop());

    const words = (verb: Verb, app: string, zone: string): string[] =>
      verb === 'drain'
        ? ['drain', ...bench.oldOf(zone), '--yes', '-o', 'json']
        : ['rollout', `sts/${app}`, '-n', NAMESPACE, '--yes', '-o', 'json', `--zone-order=${zone}`];

    /** The first one is stopped in the first zone, and the second one begins in the second. */
    const takenOver = async (t: TestContext, first: Verb, second: Verb) => {
      t.after(bench.clear);
      const app = `${first}-${second}`;
      await bench.settled({ name: app, replicas: REPLICAS, simulation: SIMULATION });
      const fixture = { name: app, replicas: REPLICAS, image: 'app:v2', simulation: SIMULATION };
      if (first === 'rollout' || second === 'rollout') {
        await rolloutBench(cluster, NAMESPACE).apply(fixture);
      }
      const [zone = '', other = ''] = bench.zones;
      const witness = await bench.witness(t, app);
      const evictions = await holdEvictions(cluster, NAMESPACE);
      t.after(() => evictions.stop());
      const stopped = startPlugin(cluster.kubeconfigPath, words(first, app, zone));
      t.after(() => stopped.kill());
      const said = () => `${stopped.stdout.text}\n${stopped.stderr.text}`;
      await withDeadline(evictions.held, said);
      stopped.signal('SIGSTOP');
      evictions.passOthers();

      const run = runInProcess(cluster.kubeconfigPath, words(second, app, other));
      t.after(async () => {
        run.interrupt();
        await run.end;
      });
      await run.stdout.until(({ lines }) => lines.find((line) => line.includes('"pod-evicted"')));
      evictions.release();
      // Its pods start for longer than the API server takes for what it had wait.
      await run.stdout.until(({ lines }) =>
        lines.find((line) => line.includes('"pod-back"') || line.includes('"finished"')),
      );
      const { zonesTogether, podsDown, worst } = await witness.testimony();
      assert.equal(zonesTogether, 1, worst);
      assert.ok(podsDown > 0, 'no pod was down');
    };

    it('are not carried out beside those of a drain of another zone, after a rollout', (t) =>
      takenOver(t, 'rollout', 'drain'));

    it('are not carried out beside those of a rollout in another zone, after a drain', (t) =>
      takenOver(t, 'drain', 'rollout'));

    it('are not carried out beside those of a drain of another zone, after a drain', (t) =>
      takenOver(t, 'drain', 'drain'));
  });
}
