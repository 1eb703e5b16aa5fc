import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { runInProcess } from '../helpers/context.ts';
import { at, MANIFESTS } from '../manifests/read.ts';
import { loosePod } from '../webhook/helpers/rings.ts';
import type { ClusterFactory, TestCluster } from './cluster.ts';
import { deployment, namespace, podDisruptionBudget, statefulSet } from './fixtures.ts';
import { podsOf } from './observe.ts';

const NAMESPACE = 'zone-budgets';

/** `kubectl zone budget`, as it must be on every cluster. No webhook runs here. */
export function budgetSuite(factory: ClusterFactory): void {
  describe('budget', () => {
    let cluster: TestCluster;

    const budget = (...args: string[]) =>
      runInProcess(cluster.kubeconfigPath, ['budget', ...args, '-n', NAMESPACE]);
    const ended = async (code: number, ...args: string[]) => {
      const result = await budget(...args).end;
      assert.equal(result.code, code, result.stderr);
      return result;
    };
    const zdb = (name: string, maxUnavailable: number | string, app = name) =>
      cluster.apply({
        apiVersion: 'zonecontrol.k8s.aws/v1',
        kind: 'ZoneDisruptionBudget',
        metadata: { name, namespace: NAMESPACE },
        spec: { selector: { matchLabels: { app } }, maxUnavailable },
      });
    const ready = async (name: string, replicas: number) => {
      await cluster.apply(statefulSet({ name, namespace: NAMESPACE, replicas }));
      await cluster.waitReady('StatefulSet', name, NAMESPACE);
    };
    const zonesOf = async (name: string) =>
      at(JSON.parse((await ended(0, name, '-o', 'json')).stdout), 'zones');

    before(async () => {
      cluster = await factory();
      await cluster.apply(namespace(NAMESPACE));
      const missing = await ended(1);
      assert.match(
        missing.stderr,
        /zonedisruptionbudgets\.zonecontrol\.k8s\.aws is not installed\n {2}install it/,
      );
      const crds = ['apply', '--server-side', '-f', join(MANIFESTS, 'crds', 'zonedisruptionbudgets.yaml')];
      assert.equal((await cluster.kubectl(crds)).code, 0);
      const wait = 'wait crd/zonedisruptionbudgets.zonecontrol.k8s.aws --for=condition=Established';
      assert.equal((await cluster.kubectl(wait.split(' '))).code, 0);
    });
    after(() => cluster.stop());

    it('says that there is nothing, as kubectl does', async () => {
      const { stdout, stderr } = await ended(0);
      assert.equal(stdout, '');
      assert.equal(stderr, `No resources found in ${NAMESPACE} namespace.\n`);
    });

    it('shows healthy, expected and allowed pods of each zone', async () => {
      await ready('counted', 6);
      await zdb('counted', '34%');
      const { stdout } = await ended(0, 'counted');
      assert.deepEqual(
        stdout
          .trim()
          .split('\n')
          .slice(1)
          .map((line) => line.split(/ {3,}/)),
        ['zone-a', 'zone-b', 'zone-c'].map((zone) => ['counted', zone, '2/2', '0', '2', '3 (34%)']),
      );
    });

    it('names the pods that are down and why, and lets only their zone lose more', async () => {
      const broken = {
        name: 'failing',
        namespace: NAMESPACE,
        replicas: 6,
        simulation: { brokenIn: 'zone-b' },
      };
      await cluster.apply(statefulSet(broken));
      await zdb('failing', 3);
      const watching = budget('failing', '-w');
      await watching.stdout.matches(/^failing +zone-b +0\/2 +0 +0 +3 +failing-\d \(ImagePullBackOff\), /m);
      watching.interrupt();
      assert.equal((await watching.end).code, 130);
      const pods = await podsOf(cluster, NAMESPACE, 'failing');
      const inZoneA = pods.find(({ zone }) => zone === 'zone-a')?.name ?? '';
      const inZoneB = pods.find(({ zone }) => zone === 'zone-b')?.name ?? '';
      const denied = await ended(1, 'explain', `pod/${inZoneA}`);
      assert.match(
        denied.stdout,
        new RegExp(`${inZoneA} of zone-a cannot be evicted: zone-b has 2 of 2 pods unavailable`),
      );
      assert.match(denied.stdout, /no webhook enforces/);
      assert.match((await ended(0, 'explain', inZoneB)).stdout, /^eviction: would be admitted$/m);
    });

    it('writes a budget for a workload, and refuses a second one for the same pods', async () => {
      await ready('covered', 3);
      const args = ['create', 'covered', '--for', 'sts/covered', '--max-unavailable', '1'];
      const drawn = await ended(0, ...args, '--dry-run=client', '-o', 'yaml');
      assert.match(
        drawn.stdout,
        /^ {2}name: covered\n {2}namespace: zone-budgets\nspec:\n {2}selector:\n {4}matchLabels:\n {6}app: covered\n {2}maxUnavailable: 1$/m,
      );
      const made = await ended(0, ...args);
      assert.equal(made.stdout, 'zonedisruptionbudget.zonecontrol.k8s.aws/covered created\n');
      assert.match(made.stderr, /nothing enforces this budget/);
      const second = await ended(1, 'create', 'other', '--for', 'sts/covered', '--max-unavailable', '1');
      assert.match(second.stderr, /already have a ZoneDisruptionBudget: covered/);
      assert.match((await ended(1, ...args)).stderr, /"covered" already exists/);
    });

    it('counts a Deployment by its own replicas, and names PodDisruptionBudgets in the way', async () => {
      await cluster.apply(
        deployment({ name: 'api', namespace: NAMESPACE, replicas: 3 }),
        podDisruptionBudget({ name: 'api', namespace: NAMESPACE, maxUnavailable: 0 }),
      );
      await cluster.waitReady('Deployment', 'api', NAMESPACE);
      await zdb('api', 1);
      const zones = await zonesOf('api');
      assert.deepEqual(
        [0, 1, 2].map((index) => at(zones, index, 'allowed')),
        [1, 1, 1],
      );
      const counted = '--for=jsonpath={.status.currentHealthy}=3';
      await cluster.kubectl(['wait', 'pdb/api', counted, '-n', NAMESPACE, '--timeout=60s']);
      const [pod] = await podsOf(cluster, NAMESPACE, 'api');
      const { stdout } = await ended(1, 'explain', `pod/${pod?.name}`);
      assert.match(stdout, /^eviction: would be denied$/m);
      assert.match(stdout, /^PodDisruptionBudget api: denies$/m);
    });

    it('says which pod keeps a budget from being counted', async () => {
      await cluster.apply({
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'loose', namespace: NAMESPACE, labels: { app: 'loose' } },
        spec: { containers: [{ name: 'main', image: 'app:v1' }] },
      });
      await zdb('loose', 1);
      const { stdout, stderr } = await ended(0, 'loose');
      assert.match(stdout, /^loose +<none> +- +- +- +1$/m);
      assert.match(stderr, /its pods cannot be counted: loose has no owner with a number/);
      await cluster.waitReady('Pod', 'loose', NAMESPACE);
      const denied = await ended(1, 'explain', 'loose');
      assert.match(
        denied.stdout,
        /loose of zone-\w cannot be evicted: the pods of budget zone-budgets\/loose cannot be counted/,
      );
    });

    it('says that an owner has no scale', async () => {
      await cluster.apply(podSetDefinition());
      const established = 'wait --for=condition=Established crd/podsets.example.com --timeout=60s';
      assert.equal((await cluster.kubectl(established.split(' '))).code, 0);
      const address = { apiVersion: 'example.com/v1', kind: 'PodSet' };
      await cluster.apply({ ...address, metadata: { name: 'brokers', namespace: NAMESPACE } });
      const uid = at(await cluster.json(['get', 'podset', 'brokers', '-n', NAMESPACE]), 'metadata', 'uid');
      await cluster.apply(
        loosePod('brokers-0', NAMESPACE, { ...address, name: 'brokers', uid, controller: true }),
      );
      await cluster.waitReady('Pod', 'brokers-0', NAMESPACE);
      await zdb('brokers', 1);
      const cause = /cannot be counted: podset brokers, which owns brokers-0, has no scale subresource/;
      assert.match((await ended(0, 'brokers')).stderr, cause);
      assert.match((await ended(1, 'explain', 'brokers-0')).stdout, cause);
    });

    it('says that a budget protects nothing', async () => {
      await zdb('mistyped', 1, 'nobody');
      assert.match((await ended(0, 'mistyped')).stderr, /protects nothing: no pod and no workload matches/);
    });

    it('follows an eviction line by line', async () => {
      await ready('followed', 3);
      await zdb('followed', 1);
      const watching = budget('followed', '-w', '-o', 'json');
      await watching.stdout.matches(/"healthy":1/);
      await cluster.kubectl(['delete', 'pod', 'followed-0', '-n', NAMESPACE, '--wait=false']);
      await watching.stdout.matches(/"pod":"followed-0","why":"(terminating|missing|starting)"/);
      watching.interrupt();
      await watching.end;
    });

    it('names the budgets there are when one is not found', async () => {
      const { stderr } = await ended(1, 'absent');
      assert.match(stderr, /"absent" not found in namespace "zone-budgets"\n {2}there are: .*counted/);
    });
  });
}

/** A kind that makes pods and has no scale, as those of several operators. */
function podSetDefinition(): object {
  const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'podsets.example.com' },
    spec: {
      group: 'example.com',
      scope: 'Namespaced',
      names: { plural: 'podsets', singular: 'podset', kind: 'PodSet' },
      versions: [{ name: 'v1', served: true, storage: true, schema }],
    },
  };
}
