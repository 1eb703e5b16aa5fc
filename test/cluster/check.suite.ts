import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { at } from '../manifests/read.ts';
import { applyWeb, checkReport, idsOf, runCheck } from './check-bench.ts';
import type { ClusterFactory, TestCluster } from './cluster.ts';
import { statefulSet } from './fixtures.ts';

const NAMESPACE = 'zone-check';
const WEB = 'deploy/web';

/** As the AWS Load Balancer Controller installs it, but for its schema. */
const TARGET_GROUP_BINDINGS = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'targetgroupbindings.elbv2.k8s.aws' },
  spec: {
    group: 'elbv2.k8s.aws',
    names: { kind: 'TargetGroupBinding', plural: 'targetgroupbindings', singular: 'targetgroupbinding' },
    scope: 'Namespaced',
    versions: [
      {
        name: 'v1beta1',
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: { spec: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
          },
        },
      },
    ],
  },
};

/** `kubectl zone check`, as it must be on every cluster. */
export function checkSuite(factory: ClusterFactory): void {
  describe('check', () => {
    let cluster: TestCluster;

    const check = (...args: string[]) => runCheck(cluster, args);
    const report = (code: number, ...args: string[]) => checkReport(cluster, code, args);
    const hookOfWeb = async () =>
      at(
        await cluster.json(['get', WEB, '-n', NAMESPACE]),
        ...['spec', 'template', 'spec', 'containers', 0, 'lifecycle'],
      );

    before(async () => {
      cluster = await factory();
      await applyWeb(cluster, NAMESPACE);
    });
    after(() => cluster.stop());

    it('finds what a workload lacks behind a load balancer, and ends with 1', async () => {
      const found = await report(1, WEB, '-n', NAMESPACE);
      assert.deepEqual(idsOf(found, 'error'), [
        'prestop-missing',
        'readiness-gate-missing',
        'readiness-probe-missing',
      ]);
      assert.deepEqual(idsOf(found, 'skipped'), []);
      for (const id of ['budget-missing', 'topology-spread-missing'])
        assert.ok(idsOf(found).includes(id), id);
    });

    it('says so in words', async () => {
      const { code, stdout } = await check(WEB, '-n', NAMESPACE, '-o', 'wide');
      assert.equal(code, 1);
      assert.match(stdout, /^deployment\/web in zone-check$/m);
      assert.match(stdout, /^error {4}prestop-missing: /m);
      assert.match(stdout, /see {4}https:\/\/kubernetes\.io\/docs\/concepts\/workloads\/pods\/pod-lifecycle/);
      assert.match(stdout, /^1 workload: 3 errors, /m);
    });

    it('lets the API server try the patches, and changes nothing', async () => {
      const { code, stdout, stderr } = await check(WEB, '-n', NAMESPACE, '--fix', '--dry-run=server');
      assert.equal(code, 1, stderr);
      assert.match(stdout, /^kubectl patch namespace zone-check --type=merge -p /m);
      for (const object of ['namespace/zone-check', 'service/web', 'deployment.apps/web']) {
        assert.ok(stdout.includes(`${object} patched (server dry run)\n`), stdout);
      }
      assert.equal(await hookOfWeb(), undefined);
    });

    it('only shows the patches where nobody can be asked', async () => {
      const { code, stdout } = await check(WEB, '-n', NAMESPACE, '--fix');
      assert.equal(code, 1);
      assert.match(stdout, /^kubectl patch deployment\.apps web -n zone-check --type=strategic -p /m);
      assert.doesNotMatch(stdout, /patched/);
      assert.equal(await hookOfWeb(), undefined);
    });

    it('reads the bindings that the controller has made', async () => {
      await cluster.apply(TARGET_GROUP_BINDINGS);
      await cluster.kubectl(
        'wait crd/targetgroupbindings.elbv2.k8s.aws --for=condition=Established'.split(' '),
      );
      await cluster.apply({
        apiVersion: 'elbv2.k8s.aws/v1beta1',
        kind: 'TargetGroupBinding',
        metadata: {
          name: 'k8s-web',
          namespace: NAMESPACE,
          labels: { 'service.k8s.aws/stack-name': 'web', 'service.k8s.aws/stack-namespace': NAMESPACE },
        },
        spec: { serviceRef: { name: 'web', port: 80 }, targetType: 'instance' },
      });
      const found = idsOf(await report(1, WEB, '-n', NAMESPACE));
      assert.ok(found.includes('instance-targets') && !found.includes('readiness-gate-missing'));
      await cluster.kubectl(['delete', 'targetgroupbinding', 'k8s-web', '-n', NAMESPACE]);
    });

    it('follows an Ingress of the controller', async () => {
      await cluster.apply(
        {
          apiVersion: 'networking.k8s.io/v1',
          kind: 'IngressClass',
          metadata: { name: 'public' },
          spec: { controller: 'ingress.k8s.aws/alb' },
        },
        {
          apiVersion: 'networking.k8s.io/v1',
          kind: 'Ingress',
          metadata: { name: 'front', namespace: NAMESPACE },
          spec: {
            ingressClassName: 'public',
            defaultBackend: { service: { name: 'web', port: { number: 80 } } },
          },
        },
      );
      const { findings } = await report(1, WEB, '-n', NAMESPACE);
      const nodes = findings.find(({ id }) => id === 'instance-targets');
      assert.equal(nodes?.evidence[0]?.object, 'Ingress/front');
      await cluster.kubectl(['delete', 'ingress', 'front', '-n', NAMESPACE]);
    });

    it('mends what can be patched', async () => {
      const before = await report(1, WEB, '-n', NAMESPACE, '--fix', '--yes');
      assert.deepEqual(
        (before.outcomes as { refusal?: string }[]).map(({ refusal }) => refusal),
        [undefined, undefined, undefined],
      );
      assert.deepEqual(await hookOfWeb(), { preStop: { sleep: { seconds: 40 } } });
      const left = await report(1, WEB, '-n', NAMESPACE);
      assert.deepEqual(
        left.findings.filter(({ patches }) => patches.length > 0),
        [],
      );
      assert.deepEqual(idsOf(left, 'error'), ['readiness-probe-missing']);
    });

    it('takes names, labels, or all there are', async () => {
      const store = statefulSet({ name: 'store', namespace: NAMESPACE, replicas: 3 });
      await cluster.apply({ ...store, metadata: { ...store.metadata, labels: { team: 'data' } } });
      await cluster.waitReady('StatefulSet', 'store', NAMESPACE);
      const names = async (code: number, ...args: string[]) =>
        (await report(code, ...args)).workloads.map(({ kind, name }) => `${kind}/${name}`);
      assert.deepEqual(await names(1, '-n', NAMESPACE), ['StatefulSet/store', 'Deployment/web']);
      assert.deepEqual(await names(0, 'sts', 'store', '-n', NAMESPACE), ['StatefulSet/store']);
      assert.deepEqual(await names(0, '-l', 'team=data', '-A'), ['StatefulSet/store']);
      const { code, stderr } = await check('deploy/wep', '-n', NAMESPACE);
      assert.equal(code, 1);
      assert.match(stderr, /deployment "wep" not found in namespace "zone-check"\n {2}there is: web/);
    });
  });
}
