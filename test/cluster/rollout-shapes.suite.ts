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
      assert.match(noticesOf(events), /OrderedReady recreates pods one by one: one pod at a time/);
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

  describe('rollout: zones by another label of the nodes', () => {
    let cluster: TestCluster;
    let bench: RolloutBench;

    before(async () => {
      cluster = await factory();
      await cluster.apply(namespace('racks'));
      bench = rolloutBench(cluster, 'racks');
    });
    after(async () => {
      // Other suites use the cluster after this one.
      await cluster.kubectl(['label', 'nodes', '--all', 'rack-']);
      await bench.close();
      await cluster.stop();
    });

    it('rolls out by it, and status and others show the same zones', async () => {
      for (const [node, zone] of await zonesOfNodes(cluster)) {
        const rack = zone === 'zone-c' ? 'rack-1' : 'rack-2';
        const { code, stderr } = await cluster.kubectl(['label', 'node', node, `rack=${rack}`]);
        assert.equal(code, 0, stderr);
      }
      await bench.stale({ name: 'racked', replicas: 6 });
      const racks = (await bench.pods('racked')).map((pod) => ({
        ...pod,
        zone: pod.zone === 'zone-c' ? 'rack-1' : 'rack-2',
      }));
      const { events } = await ended(bench.start('racked', '--topology-key=rack', '--max-unavailable=2'), 0);
      assert.deepEqual(wavesIn(events), expectedWaves(racks, { most: 2, zones: ['rack-1', 'rack-2'] }));
      assert.match(noticesOf(events), /^zones by node label rack$/m);
      const { stdout } = await bench.told(['rollout', 'status', 'sts/racked', '-n', 'racks'], 0);
      assert.match(stdout, /^rack-1 +2 +2 +0 +finished/m);
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

    it('takes as many as allowed with --single-zone', async () => {
      await bench.stale({ name: 'alone', replicas: 4 });
      const { events } = await ended(bench.start('alone', '--max-unavailable=2', '--single-zone'), 0);
      assert.deepEqual(
        wavesIn(events).map(({ pods }) => pods),
        [['alone-3'], ['alone-2', 'alone-1'], ['alone-0']],
      );
      assert.doesNotMatch(noticesOf(events), /one pod at a time/);
    });

    it('takes zones from a label of the pods with --zone-label, and says so in the plan', async () => {
      await bench.stale({ name: 'labelled', replicas: 2 });
      const words = ['rollout', 'sts/labelled', '-n', NAMESPACE, '--dry-run=client', '--zone-label=app'];
      const { stdout } = await bench.told(words, 0);
      assert.match(stdout, /zones +by pod label app +flag/);
      assert.match(stdout, /2 of 2 pods in 1 zone to replace/);
      const refused = await ended(bench.start('labelled', '--zone-label=ring-zone'), 1);
      assert.match(refused.stderr, /labelled-0, labelled-1 is unknown: these pods have no label ring-zone\n/);
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
