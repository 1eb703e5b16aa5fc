import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { createPodIndex, type PodIndex } from '../../../shared/budget/decide/pod-index.ts';
import { type PodRecord, podRecord } from '../../../shared/budget/decide/pod-record.ts';
import { watchCounted } from '../../../shared/budget/watch-counted.ts';
import { type Node, readNode, readPod } from '../../../shared/kube/objects.ts';
import { RESOURCES, resourcePath } from '../../../shared/kube/paths.ts';
import { watchSet } from '../../../shared/kube/watch-set.ts';
import { ZONE_LABEL } from '../../../shared/kube/zones.ts';
import { apiError, type FakeKube, fakeKube } from '../../helpers/fake-kube.ts';
import { manualClock } from '../../helpers/manual-clock.ts';

const NODES = resourcePath(RESOURCES.nodes);
const PODS = resourcePath(RESOURCES.pods);
const node = (name: string, zone: string) => ({ metadata: { name, labels: { [ZONE_LABEL]: zone } } });
const pod = (name: string, nodeName: string) => ({
  metadata: { name, namespace: 'cortex', uid: `uid-${name}` },
  spec: { nodeName },
  status: { phase: 'Running' },
});

async function watched(t: TestContext, kube: FakeKube, mayBeForbidden = false) {
  const set = watchSet({
    ...{ kube, clock: manualClock(), random: () => 0 },
    onConnection() {},
    onProblem(error) {
      throw error;
    },
  });
  t.after(() => set.stop());
  const cluster = await watchCounted<PodRecord, PodIndex, Node>(set, {
    nodes: {
      parse: readNode,
      zoneOf: ({ metadata }) => ({ name: metadata.name, zone: metadata.labels[ZONE_LABEL] }),
      mayBeForbidden,
    },
    pods: { parse: (value) => podRecord(readPod(value)), index: createPodIndex },
  });
  return { cluster, set };
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

describe('what the counts of budgets depend on', () => {
  it('has the zone of each pod, also on a node that is gone, and follows a node to another zone', async (t) => {
    const kube = fakeKube();
    kube.put(NODES, node('node-1', 'zone-a'));
    kube.put(PODS, pod('ingester-0', 'node-1'));
    const { cluster } = await watched(t, kube);
    await until(() => kube.openWatches() === 5);
    kube.remove(NODES, 'node-1');
    await until(() => cluster.nodes?.size === 0);
    assert.equal(cluster.zoneOfNode('node-1'), 'zone-a');
    assert.equal(cluster.pods.lastZone('cortex', 'ingester-0'), 'zone-a');
    kube.put(NODES, node('node-1', 'zone-b'));
    await until(() => cluster.nodes?.size === 1);
    assert.equal(cluster.zoneOfNode('node-1'), 'zone-b');
  });

  it('forgets the zones of the oldest nodes that are gone', async (t) => {
    const kube = fakeKube();
    const names = Array.from({ length: 1_002 }, (_, index) => `node-${index}`);
    for (const name of names) kube.put(NODES, node(name, 'zone-a'));
    const { cluster } = await watched(t, kube);
    await until(() => kube.openWatches() === 5);
    for (const name of names) kube.remove(NODES, name);
    await until(() => cluster.nodes?.size === 0);
    const known = names.filter((name) => cluster.zoneOfNode(name) !== undefined);
    assert.equal(known.length, 1_000);
    assert.equal(known[0], 'node-2');
  });

  it('does without nodes where they may not be read and that is allowed, else fails and stops', async (t) => {
    const kube = fakeKube();
    kube.before = ({ path }) => {
      if (path === NODES) throw apiError(403, 'Forbidden');
    };
    const { cluster, set } = await watched(t, kube, true);
    assert.equal(cluster.nodes, undefined);
    assert.equal(cluster.zoneOfNode('node-1'), undefined);
    assert.equal(set.staleSinceMs, undefined);
    const other = fakeKube();
    other.before = kube.before;
    await assert.rejects(watched(t, other), /Forbidden/);
    assert.equal(other.openWatches(), 0);
  });
});
