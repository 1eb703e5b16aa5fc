import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type PluginEvent, wavesIn } from '../helpers/plugin-run.ts';
import type { ClusterFactory, TestCluster } from './cluster.ts';
import { namespace, statefulSet } from './fixtures.ts';
import { zonesOfNodes } from './observe.ts';
import {
  assertOneZoneAtATime,
  ended,
  expectedWaves,
  type RolloutBench,
  rolloutBench,
} from './rollout-bench.ts';

const NAMESPACE = 'shapes';

/** StatefulSets that are not like the others. */
export function rolloutShapesSuite(factory: ClusterFactory): void {
  describe('rollout: special shapes', () => {
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

    it('takes OrderedReady pods one at a time, and says so', async () => {
      await bench.stale({ name: 'ordered', replicas: 6, policy: 'OrderedReady' });
      const pods = await bench.pods('ordered');
      const witness = await bench.witness('ordered');
      const { events } = await ended(bench.start('ordered', '--max-unavailable=2'), 0);
      assert.deepEqual(wavesIn(events), expectedWaves(pods, { most: 1 }));
      assert.match(noticesOf(events), /OrderedReady recreates one pod after the other: one pod at a time/);
      await assertOneZoneAtATime(witness, 1);
    });

    it('has nothing to do with 0 replicas', async () => {
      await bench.apply({ name: 'none', replicas: 0, image: 'app:v1' });
      await bench.apply({ name: 'none', replicas: 0, image: 'app:v2' });
      const { events } = await ended(bench.start('none'), 0);
      assert.match(events.at(-1)?.reason ?? '', /nothing to do: the workload has 0 replicas/);
    });

    it('replaces a single pod', async () => {
      await bench.stale({ name: 'single', replicas: 1 });
      const { events } = await ended(bench.start('single'), 0);
      assert.deepEqual(
        wavesIn(events).map(({ pods }) => pods),
        [['single-0']],
      );
    });

    it('understands ordinals that begin at 5', async () => {
      await bench.stale({ name: 'shifted', replicas: 6, firstOrdinal: 5 });
      const pods = await bench.pods('shifted');
      assert.equal(pods.find(({ name }) => name === 'shifted-5')?.phase, 'Running');
      const witness = await bench.witness('shifted');
      const { events } = await ended(bench.start('shifted', '--max-unavailable=2'), 0);
      assert.deepEqual(wavesIn(events), expectedWaves(pods, { most: 2 }));
      await assertOneZoneAtATime(witness, 2);
    });
  });

  describe('rollout: one zone', () => {
    let cluster: TestCluster;
    let bench: RolloutBench;

    before(async () => {
      cluster = await factory({ zones: ['zone-only'], nodesPerZone: 1 });
      await cluster.apply(namespace(NAMESPACE));
      bench = rolloutBench(cluster, NAMESPACE);
    });
    after(async () => {
      await bench.close();
      await cluster.stop();
    });

    it('takes one pod at a time, and says so', async () => {
      await bench.stale({ name: 'lonely', replicas: 4 });
      const witness = await bench.witness('lonely');
      const { events } = await ended(bench.start('lonely', '--max-unavailable=50%'), 0);
      assert.deepEqual(
        wavesIn(events).map(({ pods }) => pods),
        [['lonely-3'], ['lonely-2'], ['lonely-1'], ['lonely-0']],
      );
      assert.match(noticesOf(events), /all pods are in one zone: one pod at a time instead of 50%/);
      await assertOneZoneAtATime(witness, 1);
    });

    it('refuses pods on nodes without a zone label, and touches nothing', async () => {
      const [node = ''] = (await zonesOfNodes(cluster)).keys();
      const { code, stderr } = await cluster.kubectl(['label', 'node', node, 'topology.kubernetes.io/zone-']);
      assert.equal(code, 0, stderr);
      const manifest = statefulSet({ name: 'nowhere', namespace: NAMESPACE, replicas: 2 });
      // The scheduler passes over nodes that lack the key of a spread constraint.
      const { topologySpreadConstraints: _, ...spec } = manifest.spec?.template.spec ?? { containers: [] };
      await cluster.apply({
        ...manifest,
        spec: { ...manifest.spec, template: { ...manifest.spec?.template, spec } },
      });
      await cluster.waitReady('StatefulSet', 'nowhere', NAMESPACE);
      await bench.kubectl('set', 'image', 'statefulset/nowhere', 'main=app:v2');
      const versions = await bench.versions('nowhere');
      const run = await ended(bench.start('nowhere'), 1);
      assert.equal(
        run.stderr,
        `error: the zone of nowhere-0, nowhere-1 is unknown: node ${node} has no label topology.kubernetes.io/zone\n` +
          `  kubectl label node ${node} topology.kubernetes.io/zone=ZONE\n`,
      );
      assert.equal(await bench.lease('nowhere'), undefined);
      assert.equal(pods(await bench.versions('nowhere')), pods(versions));
    });
  });
}

function noticesOf(events: readonly PluginEvent[]): string {
  return events
    .filter(({ type }) => type === 'notice')
    .map(({ message }) => message)
    .join('\n');
}

/** The controller may still write the StatefulSet's status; the pods are what matters. */
function pods(versions: string): string {
  return versions
    .split('\n')
    .filter((line) => line.startsWith('Pod/'))
    .join('\n');
}
