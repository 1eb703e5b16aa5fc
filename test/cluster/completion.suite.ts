import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { kubectlPath } from '../helpers/kubectl.ts';
import { startPlugin } from '../helpers/plugin.ts';
import { freePorts } from '../helpers/ports.ts';
import { MANIFESTS } from '../manifests/read.ts';
import type { ClusterFactory, TestCluster } from './cluster.ts';
import { deployment, namespace, statefulSet } from './fixtures.ts';

const NAMESPACE = 'completing';

/** What a shell shows, asked as a shell asks: through the real kubectl, which finds and runs kubectl_complete-zone. */
export function completionSuite(factory: ClusterFactory): void {
  describe('completion', () => {
    let cluster: TestCluster;

    /** Candidates with their descriptions, and the directive. */
    const complete = async (words: readonly string[], kubeconfigPath = cluster.kubeconfigPath) => {
      const run = startPlugin(kubeconfigPath, ['__complete', 'zone', ...words], await kubectlPath());
      const { code, stdout, stderr } = await run.end;
      assert.equal(code, 0, stderr);
      assert.match(stderr, /^Completion ended with directive: \w+.*\n$/m);
      return stdout.trimEnd().split('\n');
    };
    /** With as much time as a slow machine may need. */
    const found = (verb: string, ...words: string[]) => complete([verb, '--request-timeout=60s', ...words]);
    const here = (verb: string, ...words: string[]) => found(verb, '-n', NAMESPACE, ...words);

    before(async () => {
      cluster = await factory();
      await cluster.apply(
        namespace(NAMESPACE),
        statefulSet({ name: 'ingester', namespace: NAMESPACE, replicas: 3 }),
        deployment({ name: 'web', namespace: NAMESPACE, replicas: 1 }),
      );
      await cluster.waitReady('StatefulSet', 'ingester', NAMESPACE);
      await cluster.waitReady('Deployment', 'web', NAMESPACE);
    });
    after(() => cluster.stop());

    it('offers verbs, types and flags', async () => {
      const [drain, directive] = await complete(['dr']);
      assert.match(drain ?? '', /^drain\tDrain nodes zone by zone/);
      assert.equal(directive, ':4');
      assert.deepEqual(await complete(['plan', 's']), ['sts/', ':6']);
      assert.deepEqual(await complete(['rollout', 'sts/a', '--pac']), ['--pacing\twave or stream', ':4']);
      assert.deepEqual(await complete(['rollout', 'sts/a', '--pacing=w']), ['wave', ':4']);
    });

    it('offers workloads of the namespace that the line says, and of no other', async () => {
      const ingester = '\t3 of 3 pods ready';
      assert.deepEqual(await here('rollout', 'sts/'), [`sts/ingester${ingester}`, ':4']);
      assert.deepEqual(await here('plan', 'statefulset', ''), [`ingester${ingester}`, ':4']);
      assert.deepEqual(await here('check', 'deploy/w'), ['deploy/web\t1 of 1 pod ready', ':4']);
      assert.deepEqual(await found('rollout', '-n', 'kube-public', 'sts/'), [':4']);
    });

    it('offers namespaces, zones, nodes and pods', async () => {
      assert.deepEqual(await found('plan', '-n', 'completi'), [NAMESPACE, ':4']);
      assert.deepEqual(await found('drain', '--zone', 'zone-a', '--zone', ''), [
        'zone-b\t2 nodes',
        'zone-c\t2 nodes',
        ':4',
      ]);
      const nodes = await found('drain', '');
      assert.equal(nodes.length, 7);
      assert.match(nodes[0] ?? '', /^[\w-]+\tzone-[abc]$/);
      assert.deepEqual(await here('budget', 'explain', 'pod/ingester-1'), ['pod/ingester-1\tRunning', ':4']);
    });

    it('offers containers and revisions of the workload', async () => {
      const [container, directive] = await here('rollout', 'sts/ingester', '--image', '');
      assert.match(container ?? '', /^[\w-]+=\tapp:v1$/);
      assert.equal(directive, ':6');
      const undo = ['sts/ingester', '--undo', '--to-revision', ''];
      assert.deepEqual(await here('rollout', ...undo), [':36'], 'there is no other one yet');
      await cluster.apply(
        statefulSet({ name: 'ingester', namespace: NAMESPACE, replicas: 3, image: 'app:v2' }),
      );
      const observed = '--for=jsonpath={.status.observedGeneration}=2';
      const { code, stderr } = await cluster.kubectl(['wait', 'sts/ingester', observed, '-n', NAMESPACE]);
      assert.equal(code, 0, stderr);
      assert.deepEqual(await here('rollout', ...undo), ['1\tapp:v1', ':36']);
    });

    it('offers budgets beside the verbs', async () => {
      const crds = ['apply', '--server-side', '-f', join(MANIFESTS, 'crds', 'zonedisruptionbudgets.yaml')];
      assert.equal((await cluster.kubectl(crds)).code, 0);
      const wait = 'wait crd/zonedisruptionbudgets.zonecontrol.k8s.aws --for=condition=Established';
      assert.equal((await cluster.kubectl(wait.split(' '))).code, 0);
      await cluster.apply({
        apiVersion: 'zonecontrol.k8s.aws/v1',
        kind: 'ZoneDisruptionBudget',
        metadata: { name: 'ingester', namespace: NAMESPACE },
        spec: { selector: { matchLabels: { app: 'ingester' } }, maxUnavailable: '34%' },
      });
      assert.deepEqual(await here('budget', 'i'), ['ingester\tmax unavailable 34%', ':4']);
      assert.deepEqual(await here('budget', 'zdb/'), ['zdb/ingester\tmax unavailable 34%', ':4']);
    });

    it('is silent where no API server answers, and still knows the kubeconfig', async () => {
      const dir = await mkdtemp(join(tmpdir(), 'completion-'));
      try {
        const [port] = await freePorts(1);
        const server = `https://127.0.0.1:${port}`;
        const kubeconfig = {
          clusters: [{ name: 'gone', cluster: { server } }],
          contexts: [{ name: 'prod', context: { cluster: 'gone' } }],
          'current-context': 'prod',
        };
        const path = join(dir, 'kubeconfig');
        await writeFile(path, JSON.stringify(kubeconfig));
        assert.deepEqual(await complete(['rollout', 'sts/'], path), [':4']);
        assert.deepEqual(await complete(['rollout', '--context', ''], path), ['prod\tcurrent', ':4']);
      } finally {
        await rm(dir, { recursive: true, force: true });
      }
    });
  });
}
