import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { RESOURCES, resourcePath } from '../../../shared/kube/paths.ts';
import { type ClusterView, watchCluster } from '../../../webhook/cluster/caches.ts';
import { readPodRecord } from '../../../webhook/cluster/pod-record.ts';
import { silentLog } from '../../../webhook/telemetry/log.ts';
import { apiError, type FakeKube, type FakeObject, fakeKube } from '../../helpers/fake-kube.ts';
import { manualClock } from '../../helpers/manual-clock.ts';

const NAMESPACE = 'default';
const PODS = resourcePath(RESOURCES.pods);
const NODES = resourcePath(RESOURCES.nodes);
const SETS = resourcePath(RESOURCES.statefulsets);
const BUDGETS = resourcePath(RESOURCES.zonedisruptionbudgets);
const WATCHES = 6;

const node = (name: string, zone: string | undefined): FakeObject => ({
  metadata: { name, labels: zone === undefined ? {} : { 'topology.kubernetes.io/zone': zone } },
});
const statefulSet = (replicas: number): FakeObject => ({
  metadata: { name: 'db', namespace: NAMESPACE, uid: 'uid-db' },
  spec: { replicas, template: { metadata: { labels: { app: 'db' } } } },
});
const pod = (
  name: string,
  more: { nodeName?: string; ready?: boolean; owned?: boolean } = {},
): FakeObject => ({
  metadata: {
    name,
    namespace: NAMESPACE,
    uid: `uid-${name}`,
    labels: { app: 'db' },
    ...(more.owned !== false && {
      ownerReferences: [
        { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'db', uid: 'uid-db', controller: true },
      ],
    }),
  },
  spec: { nodeName: more.nodeName ?? 'node-a' },
  status: {
    phase: 'Running',
    conditions: [{ type: 'Ready', status: more.ready === false ? 'False' : 'True' }],
  },
});
const budget: FakeObject = {
  metadata: { name: 'db', namespace: NAMESPACE },
  spec: { selector: { matchLabels: { app: 'db' } }, maxUnavailable: 1 },
};

/** Two pods of three in two zones, and a budget for them. */
function smallCluster(): FakeKube {
  const kube = fakeKube();
  kube.put(NODES, node('node-a', 'zone-a'));
  kube.put(NODES, node('node-b', 'zone-b'));
  kube.put(SETS, statefulSet(3));
  kube.put(PODS, pod('db-0'));
  kube.put(PODS, pod('db-1', { nodeName: 'node-b' }));
  kube.put(BUDGETS, budget);
  return kube;
}

async function start(t: TestContext, kube: FakeKube) {
  const clock = manualClock();
  const view = await watchCluster({ kube, clock, random: () => 0, log: silentLog });
  t.after(() => view.stop());
  const told: (string | undefined)[] = [];
  view.onChange((namespace) => void told.push(namespace));
  while (kube.openWatches() < WATCHES) await turn();
  return { view, clock, told };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** Lets everything that the fake has sent be read. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await turn();
}

function observed(view: ClusterView) {
  const found = view.budgets.get(`${NAMESPACE}/db`) ?? assert.fail('the budget is not there');
  const result = view.observe(found);
  return result.kind === 'observed' ? result.observation : assert.fail(JSON.stringify(result));
}

describe('what the webhook knows of the cluster', () => {
  it('is complete when it starts', async (t) => {
    const { view } = await start(t, smallCluster());
    const { pods, missing, expectedReplicas, versions } = observed(view);
    assert.deepEqual(
      pods.map(({ name, zone, available }) => [name, zone, available]),
      [
        ['db-0', 'zone-a', true],
        ['db-1', 'zone-b', true],
      ],
    );
    assert.deepEqual([missing, expectedReplicas], [['db-2'], 3]);
    assert.deepEqual(Object.keys(versions).sort(), ['deployments', 'pods', 'replicasets', 'statefulsets']);
    assert.ok(Number(versions.pods) > 100);
    assert.deepEqual(view.stale(), []);
  });

  it('tells of an owner what a pod’s eviction has to know', async (t) => {
    const kube = smallCluster();
    const { view } = await start(t, kube);
    const read = (name: string, more?: Parameters<typeof pod>[1]) =>
      view.ownerOf(readPodRecord({ ...pod(name, more) }));
    assert.equal(read('db-2')?.expected, true);
    assert.equal(read('db-3')?.expected, false);
    assert.deepEqual(Object.keys(read('db-2')?.versions ?? {}), ['statefulsets']);
    assert.equal(read('db-2', { owned: false }), undefined);
  });

  it('follows the pods, and remembers where those were that are gone', async (t) => {
    const kube = smallCluster();
    const { view, told } = await start(t, kube);
    kube.remove(PODS, 'db-1');
    await until(() => told.length > 0);
    assert.deepEqual(told, [NAMESPACE]);
    assert.deepEqual(observed(view).missing, ['db-1', 'db-2']);
    assert.equal(observed(view).lastZones.get('db-1'), 'zone-b');
    kube.put(PODS, pod('db-0', { ready: false }));
    await until(() => told.length > 1);
    assert.equal(observed(view).pods[0]?.available, false);
  });

  it('is counted anew after a change that may change a count, and after no other', async (t) => {
    const kube = smallCluster();
    const { view, told } = await start(t, kube);
    const version = () => observed(view).versions.pods;
    const before = version();
    const first = pod('db-0');
    kube.put(PODS, { ...first, status: { ...(first.status as object), podIP: '10.0.0.1' } });
    await until(() => version() !== before);
    assert.deepEqual(told, []);
    for (const change of [
      { ...first, metadata: { ...first.metadata, labels: { app: 'db', more: 'x' } } },
      { ...first, metadata: { ...first.metadata, labels: { app: 'db', other: 'x' } } },
      { ...first, metadata: { ...first.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } },
      first,
      pod('db-0', { nodeName: 'node-b' }),
      pod('db-0', { nodeName: 'node-b', owned: false }),
    ]) {
      const count = told.length;
      kube.put(PODS, change);
      await until(() => told.length > count);
    }
    assert.deepEqual([...new Set(told)], [NAMESPACE]);
  });

  it('follows workloads, budgets and the zones of nodes', async (t) => {
    const kube = smallCluster();
    const { view, told } = await start(t, kube);
    kube.put(SETS, statefulSet(5));
    await until(() => told.length === 1);
    assert.equal(observed(view).expectedReplicas, 5);
    kube.put(NODES, node('node-b', 'zone-c'));
    await until(() => told.length === 2);
    assert.equal(observed(view).pods[1]?.zone, 'zone-c');
    assert.equal(view.zoneOfNode('node-b'), 'zone-c');
    // A node's heartbeat is no reason to count all pods of the cluster.
    kube.put(NODES, { ...node('node-b', 'zone-c'), status: { heartbeat: 1 } });
    kube.remove(BUDGETS, 'db');
    await until(() => told.length === 3);
    assert.equal(view.budgets.size, 0);
    assert.deepEqual(told, [NAMESPACE, undefined, NAMESPACE]);
  });

  it('finds a StatefulSet again that was made anew', async (t) => {
    const kube = smallCluster();
    const { view, told } = await start(t, kube);
    kube.remove(SETS, 'db');
    kube.put(SETS, { ...statefulSet(1), metadata: { name: 'db', namespace: NAMESPACE, uid: 'another' } });
    await until(() => told.length === 2);
    const found = view.budgets.get(`${NAMESPACE}/db`) ?? assert.fail();
    const result = view.observe(found);
    assert.match(result.kind === 'problem' ? result.reason : '', /statefulset db, which owns db-0, does not/);
    assert.deepEqual(view.ownerOf(readPodRecord(pod('db-0'))), { expected: false, versions: {} });
  });

  it('says which watches are broken', async (t) => {
    const kube = smallCluster();
    const { view, clock } = await start(t, kube);
    kube.endWatches(new Error('reset'));
    await until(() => view.stale().length === WATCHES);
    assert.deepEqual([...view.stale()].sort(), [
      'deployments',
      'nodes',
      'pods',
      'replicasets',
      'statefulsets',
      'zonedisruptionbudgets',
    ]);
    clock.advance(60_000);
    await until(() => view.stale().length === 0);
  });

  it('is asked for in pages, nodes before pods', async (t) => {
    const kube = smallCluster();
    await start(t, kube);
    const lists = kube.requests.filter(({ method }) => method === 'GET');
    assert.equal(lists.length, WATCHES);
    assert.ok(lists.every(({ query }) => query?.limit === 200));
    const paths = lists.map(({ path }) => path);
    assert.ok(paths.indexOf(NODES) < paths.indexOf(PODS), 'each pod’s zone is known when it is added');
  });

  for (const code of [401, 403, 404]) {
    it(`waits for what is refused with ${code} at first, and says for what`, async (t) => {
      const kube = smallCluster();
      kube.before = ({ path }) => {
        if (path === SETS) throw apiError(code, 'Refused');
      };
      const clock = manualClock();
      const waiting: string[] = [];
      const onWaiting = (reason: string) => void waiting.push(reason);
      const starting = watchCluster({ kube, clock, random: () => 0, log: silentLog, onWaiting });
      await clock.scheduled(() => true);
      assert.deepEqual(waiting, ['the watch of statefulsets: Refused happened']);
      kube.before = () => {};
      clock.advance(1_000);
      const view = await starting;
      t.after(() => view.stop());
      assert.equal(observed(view).expectedReplicas, 3);
    });
  }
});
