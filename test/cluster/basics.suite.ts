import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { ClusterFactory, TestCluster } from './cluster.ts';
import { namespace, podDisruptionBudget, statefulSet } from './fixtures.ts';
import {
  countByZone,
  evict,
  minorOf,
  podNamed,
  podsOf,
  statefulSetNamed,
  waitObserved,
  zonesOfNodes,
} from './observe.ts';

const NAMESPACE = 'basics';
const UNKNOWN_UID = '00000000-0000-0000-0000-000000000000';

/** What everything else relies on: zones, StatefulSets under OnDelete, the Eviction API, watches. */
export function basicsSuite(factory: ClusterFactory): void {
  describe('basics', () => {
    let cluster: TestCluster;

    const sixReady = async (name: string, image = 'app:v1') => {
      await cluster.apply(statefulSet({ name, namespace: NAMESPACE, replicas: 6, image }));
      await cluster.waitReady('StatefulSet', name, NAMESPACE);
    };

    before(async () => {
      cluster = await factory();
      await cluster.apply(namespace(NAMESPACE));
    });
    after(() => cluster.stop());

    it('has nodes in three zones', async () => {
      const zones = new Set((await zonesOfNodes(cluster)).values());
      assert.deepEqual([...zones].sort(), ['zone-a', 'zone-b', 'zone-c']);
    });

    it('balances a StatefulSet over the zones', async () => {
      await sixReady('balanced');
      const pods = await podsOf(cluster, NAMESPACE, 'balanced');
      assert.deepEqual(
        pods.map(({ name }) => name),
        [0, 1, 2, 3, 4, 5].map((ordinal) => `balanced-${ordinal}`),
      );
      assert.deepEqual(countByZone(pods), { 'zone-a': 2, 'zone-b': 2, 'zone-c': 2 });
    });

    it('brings an evicted pod back in its zone, with the update revision', async () => {
      await sixReady('returning');
      await cluster.apply(
        statefulSet({ name: 'returning', namespace: NAMESPACE, replicas: 6, image: 'app:v2' }),
      );
      await waitObserved(cluster, NAMESPACE, 'returning');
      const old = await podNamed(cluster, NAMESPACE, 'returning-3');

      const { code, stderr } = await evict(cluster, {
        namespace: NAMESPACE,
        pod: 'returning-3',
        uid: old.uid,
      });
      assert.equal(code, 0, stderr);
      await cluster.waitReady('StatefulSet', 'returning', NAMESPACE);

      const { updateRevision } = await statefulSetNamed(cluster, NAMESPACE, 'returning');
      const pods = await podsOf(cluster, NAMESPACE, 'returning');
      const returned = pods.find(({ name }) => name === 'returning-3');
      assert.notEqual(returned?.uid, old.uid);
      assert.equal(returned?.zone, old.zone);
      assert.deepEqual(
        pods.filter(({ revision }) => revision === updateRevision).map(({ name }) => name),
        ['returning-3'],
      );
    });

    it('has every pod on the update revision when the last was replaced under OnDelete, whatever currentRevision says', async () => {
      await sixReady('replaced');
      await cluster.apply(
        statefulSet({ name: 'replaced', namespace: NAMESPACE, replicas: 6, image: 'app:v2' }),
      );
      await waitObserved(cluster, NAMESPACE, 'replaced');
      for (const { name } of await podsOf(cluster, NAMESPACE, 'replaced')) {
        assert.equal((await evict(cluster, { namespace: NAMESPACE, pod: name })).code, 0);
      }
      await cluster.waitReady('StatefulSet', 'replaced', NAMESPACE);

      const { currentRevision, updateRevision } = await statefulSetNamed(cluster, NAMESPACE, 'replaced');
      const revisions = new Set((await podsOf(cluster, NAMESPACE, 'replaced')).map((pod) => pod.revision));
      assert.deepEqual([...revisions], [updateRevision]);
      // Nothing rests on it: it stays behind until Kubernetes 1.36, and follows from 1.37 on.
      if ((await minorOf(cluster)) < 37) {
        assert.notEqual(currentRevision, updateRevision);
      } else {
        const follows = `--for=jsonpath={.status.currentRevision}=${updateRevision}`;
        const args = ['wait', 'statefulset/replaced', follows, '-n', NAMESPACE, '--timeout=120s'];
        assert.equal((await cluster.kubectl(args)).code, 0);
      }
    });

    it('refuses an eviction whose UID is not the pod’s', async () => {
      await sixReady('precise');
      const before = await podNamed(cluster, NAMESPACE, 'precise-0');
      const { code, stderr } = await evict(cluster, {
        namespace: NAMESPACE,
        pod: 'precise-0',
        uid: UNKNOWN_UID,
      });
      assert.equal(code, 1);
      assert.match(stderr, /\(Conflict\)/);
      assert.deepEqual(await podNamed(cluster, NAMESPACE, 'precise-0'), before);
    });

    it('changes nothing on a dry-run eviction', async () => {
      await sixReady('rehearsed');
      const before = await podsOf(cluster, NAMESPACE, 'rehearsed');
      const { code, stderr } = await evict(cluster, {
        namespace: NAMESPACE,
        pod: 'rehearsed-0',
        dryRun: true,
      });
      assert.equal(code, 0, stderr);
      assert.deepEqual(await podsOf(cluster, NAMESPACE, 'rehearsed'), before);
    });

    it('refuses an eviction that a PodDisruptionBudget does not allow', async () => {
      await sixReady('protected');
      await cluster.apply(
        podDisruptionBudget({ name: 'protected', namespace: NAMESPACE, maxUnavailable: 0 }),
      );
      await cluster.kubectl([
        'wait',
        'pdb/protected',
        '--for=jsonpath={.status.expectedPods}=6',
        '-n',
        NAMESPACE,
        '--timeout=120s',
      ]);
      const { code, stderr } = await evict(cluster, { namespace: NAMESPACE, pod: 'protected-0' });
      assert.equal(code, 1);
      assert.match(stderr, /\(TooManyRequests\).*disruption budget/);
    });

    it('shows a watcher the eviction and the new pod', async () => {
      await sixReady('watched');
      const until = new AbortController();
      const format = 'jsonpath={.type} {.object.metadata.name}{"\\n"}';
      const args = ['get', 'pods', '-n', NAMESPACE, '-l', 'app=watched', '--watch', '--output-watch-events'];
      const seen: string[] = [];
      for await (const line of cluster.lines([...args, '-o', format], until.signal)) {
        seen.push(line);
        if (seen.length === 6) await evict(cluster, { namespace: NAMESPACE, pod: 'watched-2' });
        if (seen.length > 6 && line === 'ADDED watched-2') break;
      }
      assert.deepEqual(
        seen.slice(0, 6).sort(),
        [0, 1, 2, 3, 4, 5].map((ordinal) => `ADDED watched-${ordinal}`),
      );
      assert.deepEqual(seen.slice(-2), ['DELETED watched-2', 'ADDED watched-2']);
    });
  });
}
