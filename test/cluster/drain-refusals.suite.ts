import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import * as z from 'zod/mini';
import { runInProcess } from '../helpers/context.ts';
import type { ClusterFactory, TestCluster } from './cluster.ts';
import { type DrainBench, drainBench } from './drain-bench.ts';
import { statefulSet } from './fixtures.ts';
import { podsOf } from './observe.ts';

const NAMESPACE = 'drain-refusals';
const FAST = { 'sim.kubectl-zone.dev/start': '100ms' };
const containers = [{ name: 'main', image: 'app:v1' }];
const PLAN = z.object({
  zones: z.array(z.object({ nodes: z.array(z.object({ leaving: z.array(z.string()) })) })),
});
/** Each lets one more kind of pod go, or stay. */
const FLAGS = ['--ignore-daemonsets', '--delete-emptydir-data', '--force'];

/** What must not be touched without a flag is refused as kubectl drain does, and before anything is touched. */
export function drainRefusalsSuite(factory: ClusterFactory): void {
  describe('drain: refusals and dry runs', () => {
    let cluster: TestCluster;
    let bench: DrainBench;
    let node: string;
    let versions: string;

    before(async () => {
      cluster = await factory();
      bench = await drainBench(cluster, NAMESPACE);
      [node = ''] = bench.old;
      await furnish();
      versions = await touched();
    });
    after(async () => {
      await bench?.clear();
      await cluster?.stop();
    });

    for (let count = 0; count < FLAGS.length; count += 1) {
      const flags = FLAGS.slice(0, count);
      it(`refuses the same pods as kubectl drain ${flags.join(' ') || 'without flags'}`, async () => {
        const theirs = await cluster.kubectl(['drain', node, ...flags, '--dry-run=client']);
        assert.equal(theirs.code, 1, theirs.stderr);
        const complaint = /(cannot delete [\s\S]*)/.exec(theirs.stderr)?.[1] ?? '';
        const ours = await drain(node, ...flags, '--yes');
        assert.equal(ours.code, 1, ours.stderr);
        assert.equal(ours.stdout, '');
        assert.deepEqual(podsIn(ours.stderr), podsIn(complaint), `${complaint}\n${ours.stderr}`);
        for (const flag of FLAGS) {
          assert.equal(ours.stderr.includes(flag), complaint.includes(flag), `${flag}: ${ours.stderr}`);
        }
        assert.match(ours.stderr, /nothing was changed/);
      });
    }

    it('lets the same pods go as kubectl drain with all flags', async () => {
      const theirs = await cluster.kubectl(['drain', node, ...FLAGS, '--dry-run=client']);
      assert.equal(theirs.code, 0, theirs.stderr);
      const ours = await drain(node, ...FLAGS, '--dry-run=client', '-o', 'json');
      assert.equal(ours.code, 0, ours.stderr);
      const leaving = PLAN.parse(JSON.parse(ours.stdout)).zones.flatMap(({ nodes }) =>
        nodes.flatMap((each) => each.leaving),
      );
      const evicted = [...theirs.stdout.matchAll(/^evicting pod (\S+)/gm)].map(([, pod = '']) => pod);
      assert.deepEqual(leaving.sort(), evicted.sort(), theirs.stdout);
      assert.ok(leaving.length >= 3 && !leaving.includes(`${NAMESPACE}/mirror`));
    });

    it('asks the API server about each pod with --dry-run=server', async () => {
      const { code, stderr } = await drain(node, ...FLAGS, '--dry-run=server');
      assert.equal(code, 0, stderr);
      assert.match(stderr, /^3 of 3 removals would be admitted now/m);
    });

    it('wants --yes where nobody can be asked', async () => {
      const { code, stderr } = await drain(node, ...FLAGS);
      assert.equal(code, 1, stderr);
      assert.match(stderr, /cannot ask without a terminal: Drain 1 node \(3 pods\) in zone-a on https:.*\?/);
      assert.match(stderr, /--yes/);
    });

    it('names the nodes and zones there are', async () => {
      const wrong = await drain('nowhere', '--zone', 'zone-x', '--yes');
      assert.equal(wrong.code, 1, wrong.stderr);
      assert.match(wrong.stderr, /node nowhere not found\n {2}there are no nodes in zone zone-x/);
      const none = await drain('--yes');
      assert.equal(none.code, 2, none.stderr);
    });

    it('has touched nothing', async () => assert.equal(await touched(), versions));

    const drain = (...words: string[]) => runInProcess(cluster.kubeconfigPath, ['drain', ...words]).end;

    /** One pod of each kind on the node. */
    const furnish = async () => {
      const set = statefulSet({ name: 'owned', namespace: NAMESPACE, replicas: 1 });
      const { template } = set.spec ?? {};
      const onNode = { nodeSelector: { 'kubernetes.io/hostname': node } };
      const withDirectory = (name: string, volumes: object[]) => ({
        ...set,
        metadata: { name, namespace: NAMESPACE },
        spec: {
          ...set.spec,
          serviceName: name,
          selector: { matchLabels: { app: name } },
          template: {
            metadata: { ...template?.metadata, labels: { app: name } },
            spec: { containers, ...onNode, volumes },
          },
        },
      });
      const pod = (name: string, annotations: Record<string, string>, owners: object[] = []) => ({
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: {
          name,
          namespace: NAMESPACE,
          annotations: { ...FAST, ...annotations },
          labels: { app: name },
          ownerReferences: owners,
        },
        spec: { nodeName: node, containers },
      });
      const labels = { app: 'agent' };
      await cluster.apply(
        withDirectory('owned', []),
        withDirectory('scratch', [{ name: 'cache', emptyDir: {} }]),
        pod('alone', {}),
        pod('mirror', { 'kubernetes.io/config.mirror': 'hash' }),
        {
          apiVersion: 'apps/v1',
          kind: 'DaemonSet',
          metadata: { name: 'agent', namespace: NAMESPACE },
          spec: {
            selector: { matchLabels: labels },
            template: { metadata: { labels, annotations: FAST }, spec: { containers, ...onNode } },
          },
        },
      );
      if (cluster.name === 'sandbox') {
        // It has no controller for DaemonSets.
        const uid = await bench.kubectl('get', 'daemonset', 'agent', '-o', 'jsonpath={.metadata.uid}');
        const owner = { apiVersion: 'apps/v1', kind: 'DaemonSet', name: 'agent', uid, controller: true };
        await cluster.apply(pod('agent', {}, [owner]));
      }
      for (const name of ['owned', 'scratch']) await cluster.waitReady('StatefulSet', name, NAMESPACE);
      await bench.kubectl('wait', 'pods', '-l', 'app', '--for=condition=Ready', '--timeout=60s');
      for (const app of ['alone', 'mirror', 'agent', 'owned', 'scratch']) {
        assert.equal((await podsOf(cluster, NAMESPACE, app)).length, 1, app);
      }
    };

    /** Names, versions and cordons of the nodes, and the versions of the pods. */
    const touched = async () => {
      const columns = '{.metadata.name} {.spec.unschedulable} {.metadata.uid}';
      const nodes = await bench.kubectl('get', 'nodes', '-o', rows(columns));
      const pods = await bench.kubectl(
        'get',
        'pods',
        '-o',
        rows('{.metadata.name} {.metadata.resourceVersion}'),
      );
      return nodes + pods;
    };
  });
}

function rows(columns: string): string {
  return `jsonpath={range .items[*]}${columns}{"\\n"}{end}`;
}

function podsIn(text: string): string[] {
  return [...new Set([...text.matchAll(/\bdrain-refusals\/[a-z0-9-]+/g)].map(([name]) => name))].sort();
}
